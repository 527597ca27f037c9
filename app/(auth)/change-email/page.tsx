import type { Metadata } from "next";
import { headers } from "next/headers";
import { Hourglass, Unlink } from "lucide-react";
import { AuthCard } from "#app/(auth)/_frame/auth-card.tsx";
import { ChangeForm } from "#app/(auth)/change-email/change-form.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { accountDoor } from "#server/identity/account-door.ts";
import { inspectEmailChange } from "#server/identity/change-email.ts";
import { currentSession } from "#server/identity/current-session.ts";
import { AppError } from "#server/platform/errors.ts";

// The address holds the link's secret: no page that is reached from here may learn it.
export const metadata: Metadata = { title: "Change your e-mail address", referrer: "no-referrer" };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Only shows: programs that open every link of a mail must not use it up. */
export default async function Page({ searchParams }: PageProps) {
  const { token } = await searchParams;
  const secret = typeof token === "string" ? token : "";
  const found = await look(secret);
  if (found instanceof AppError) {
    return <AuthCard icon={<Hourglass />} title="Too many attempts" description={found.message} />;
  }
  if (found.state === "dead") {
    return (
      <AuthCard
        icon={<Unlink />}
        title="This link cannot be used"
        description="It has run out, was used before, or is not complete. Ask for a new one in your account."
      >
        <ButtonLink href="/account" variant="primary" size="lg" wide>
          Your account
        </ButtonLink>
      </AuthCard>
    );
  }
  return (
    <AuthCard
      title="Use this e-mail address?"
      description={
        <p className="break-words">
          {found.previous ? (
            <>
              The account with <strong className="font-medium text-ink">{found.previous}</strong>
            </>
          ) : (
            "The account that asked for it"
          )}{" "}
          will sign in with <strong className="font-medium text-ink">{found.email}</strong> from now on. It is
          signed out everywhere else.
        </p>
      }
    >
      <ChangeForm token={secret} email={found.email} needsPassword={found.needsPassword} />
    </AuthCard>
  );
}

async function look(secret: string) {
  try {
    return await inspectEmailChange(secret, accountDoor(await headers()), await currentSession());
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
