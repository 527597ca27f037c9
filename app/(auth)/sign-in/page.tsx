import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthCard } from "#app/(auth)/_frame/auth-card.tsx";
import { TextLink } from "#app/(auth)/_frame/text-link.tsx";
import { SignInForm } from "#app/(auth)/sign-in/sign-in-form.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { currentSession } from "#server/identity/current-session.ts";
import { localPath } from "#server/identity/local-path.ts";

export const metadata: Metadata = { title: "Sign in" };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function Page({ searchParams }: PageProps) {
  const { next, error, code, account } = await searchParams;
  const goTo = localPath(next);
  const session = await currentSession();
  if (session) redirect(session.emailConfirmed ? (goTo ?? "/") : "/check-mail");
  return (
    <AuthCard
      title="Sign in to Astra"
      footer={
        <>
          New to Astra? <TextLink href="/sign-up">Create an account</TextLink>
        </>
      }
    >
      {account === "deleted" && <Banner tone="success">Your account is deleted.</Banner>}
      <SignInForm goTo={goTo} refused={error === undefined ? null : wordsFor(code)} />
    </AuthCard>
  );
}

/** What Auth.js's own door left in the address when it refused a sign-in. */
function wordsFor(code: unknown): string {
  if (code === "wrong_password") return "E-mail address and password do not belong together.";
  if (code === "too_many_attempts") return "Too many attempts. Try again later.";
  return "You could not be signed in. Try again.";
}
