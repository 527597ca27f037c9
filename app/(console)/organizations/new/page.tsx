import type { Metadata } from "next";
import { NewOrganizationPage } from "#app/(console)/organizations/new/new-organization-page.tsx";
import { openAccount } from "#app/_trpc/open-account.ts";

export const metadata: Metadata = { title: "New organization" };

export default async function Page() {
  const { me } = await openAccount("/organizations/new");
  return <NewOrganizationPage first={me.organizations.length === 0} />;
}
