import type { Metadata } from "next";
import { ProfilePage } from "#app/(console)/account/profile-page.tsx";
import { openAccount } from "#app/_trpc/open-account.ts";

export const metadata: Metadata = { title: "Your account" };

export default async function Page() {
  const { me } = await openAccount("/account");
  return <ProfilePage me={me} />;
}
