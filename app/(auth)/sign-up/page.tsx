import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthCard } from "#app/(auth)/_frame/auth-card.tsx";
import { TextLink } from "#app/(auth)/_frame/text-link.tsx";
import { SignUpForm } from "#app/(auth)/sign-up/sign-up-form.tsx";
import { currentSession } from "#server/identity/current-session.ts";

export const metadata: Metadata = { title: "Create an account" };

export default async function Page() {
  if (await currentSession()) redirect("/");
  return (
    <AuthCard
      title="Create your account"
      description="You and your organization, in one step. Others can join later."
      footer={
        <>
          Have an account already? <TextLink href="/sign-in">Sign in</TextLink>
        </>
      }
    >
      <SignUpForm />
    </AuthCard>
  );
}
