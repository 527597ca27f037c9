import type { Metadata } from "next";
import { headers } from "next/headers";
import { Hourglass, Unlink } from "lucide-react";
import { AuthCard } from "#app/(auth)/_frame/auth-card.tsx";
import { TextLink } from "#app/(auth)/_frame/text-link.tsx";
import { ResetForm } from "#app/(auth)/reset-password/reset-form.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { accountDoor } from "#server/identity/account-door.ts";
import { inspectReset } from "#server/identity/reset-password.ts";
import { AppError } from "#server/platform/errors.ts";

// The address holds the link's secret: no page that is reached from here may learn it.
export const metadata: Metadata = { title: "Choose a new password", referrer: "no-referrer" };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Only shows: programs that open every link of a mail must not use it up. */
export default async function Page({ searchParams }: PageProps) {
  const { token } = await searchParams;
  const secret = typeof token === "string" ? token : "";
  const found = await look(secret);
  if (found instanceof AppError) {
    return <AuthCard icon={<Hourglass />} title="Too many attempts" description={found.message} />;
  }
  if (!found) {
    return (
      <AuthCard
        icon={<Unlink />}
        title="This link cannot be used"
        description="It has run out, was used before, or is not complete. Ask for a new one."
        footer={<TextLink href="/sign-in">Back to sign in</TextLink>}
      >
        <ButtonLink href="/forgot-password" variant="primary" size="lg" wide>
          Ask for a new link
        </ButtonLink>
      </AuthCard>
    );
  }
  return (
    <AuthCard
      title="Choose a new password"
      description={
        <p>
          For <strong className="font-medium text-ink">{found.email}</strong>. You will be signed out
          everywhere else.
        </p>
      }
    >
      <ResetForm token={secret} email={found.email} />
    </AuthCard>
  );
}

async function look(secret: string) {
  try {
    return await inspectReset(secret, accountDoor(await headers()));
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
