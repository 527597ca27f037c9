import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthCard } from "#app/(auth)/_frame/auth-card.tsx";
import { TextLink } from "#app/(auth)/_frame/text-link.tsx";
import { SignOutButton } from "#app/(auth)/sign-out/sign-out-button.tsx";
import { currentSession } from "#server/identity/current-session.ts";

export const metadata: Metadata = { title: "Sign out" };

export default async function Page() {
  const session = await currentSession();
  if (!session) redirect("/sign-in");
  return (
    <AuthCard
      title="Sign out of Astra?"
      description={
        <p>
          You are signed in as <strong className="font-medium text-ink">{session.email}</strong>.
        </p>
      }
      footer={<TextLink href="/">Stay signed in</TextLink>}
    >
      <SignOutButton />
    </AuthCard>
  );
}
