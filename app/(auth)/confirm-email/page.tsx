import type { Metadata } from "next";
import { headers } from "next/headers";
import { CircleCheck, Hourglass, Unlink } from "lucide-react";
import { AuthCard } from "#app/(auth)/_frame/auth-card.tsx";
import { TextLink } from "#app/(auth)/_frame/text-link.tsx";
import { ConfirmForm } from "#app/(auth)/confirm-email/confirm-form.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { accountDoor } from "#server/identity/account-door.ts";
import { inspectConfirmation } from "#server/identity/confirm-email.ts";
import { currentSession } from "#server/identity/current-session.ts";
import { AppError } from "#server/platform/errors.ts";

// The address holds the link's secret: no page that is reached from here may learn it.
export const metadata: Metadata = { title: "Confirm your e-mail address", referrer: "no-referrer" };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Only shows: programs that open every link of a mail must not use it up. */
export default async function Page({ searchParams }: PageProps) {
  const { token } = await searchParams;
  const secret = typeof token === "string" ? token : "";
  const found = await look(secret);
  switch (found.state) {
    case "open":
      return (
        <AuthCard
          title="Confirm your e-mail address"
          description={
            <p>
              <strong className="font-medium text-ink">{found.email}</strong> will be the address that you
              sign in with.
            </p>
          }
        >
          <ConfirmForm token={secret} email={found.email} needsPassword={found.needsPassword} />
        </AuthCard>
      );
    case "done":
      return (
        <AuthCard
          icon={<CircleCheck />}
          title="Your address is confirmed"
          description={<p>{found.email} can be used to sign in.</p>}
        >
          <ButtonLink href="/" variant="primary" size="lg" wide>
            Go on
          </ButtonLink>
        </AuthCard>
      );
    case "dead":
      return (
        <AuthCard
          icon={<Unlink />}
          title="This link cannot be used"
          description="It has run out, or it is not complete. Sign in with the password that you chose, and have a new one sent."
          footer={<TextLink href="/sign-up">Create an account</TextLink>}
        >
          <ButtonLink href="/sign-in" variant="primary" size="lg" wide>
            Sign in
          </ButtonLink>
        </AuthCard>
      );
    case "later":
      return <AuthCard icon={<Hourglass />} title="Too many attempts" description={found.words} />;
    default:
      return found satisfies never;
  }
}

async function look(secret: string) {
  try {
    return await inspectConfirmation(secret, accountDoor(await headers()), await currentSession());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { state: "later" as const, words: error.message };
  }
}
