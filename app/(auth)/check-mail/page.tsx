import type { Metadata } from "next";
import { MailCheck } from "lucide-react";
import { redirect } from "next/navigation";
import { AuthCard } from "#app/(auth)/_frame/auth-card.tsx";
import { TextLink } from "#app/(auth)/_frame/text-link.tsx";
import { LookAgain } from "#app/(auth)/check-mail/look-again.tsx";
import { ResendButton } from "#app/(auth)/check-mail/resend-button.tsx";
import { currentSession } from "#server/identity/current-session.ts";
import { EmailAddress } from "#server/identity/schema.ts";

export const metadata: Metadata = { title: "Check your mail" };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function Page({ searchParams }: PageProps) {
  const session = await currentSession();
  if (session?.emailConfirmed) redirect("/");
  const given = EmailAddress.safeParse((await searchParams)["email"]);
  const email = session?.email ?? (given.success ? given.data : null);
  if (!email) redirect("/sign-in");
  return (
    <AuthCard
      icon={<MailCheck />}
      title="Check your mail"
      description={
        <p>
          We have written to <strong className="font-medium text-ink">{email}</strong>. Open the link in that
          mail to {session ? "confirm your address and go on" : "finish"}.
        </p>
      }
      footer={
        session ? (
          <TextLink href="/sign-out">Sign out</TextLink>
        ) : (
          <>
            Wrong address? <TextLink href="/sign-up">Start again</TextLink>
          </>
        )
      }
    >
      {session && <LookAgain />}
      <ResendButton email={email} />
    </AuthCard>
  );
}
