import type { Metadata } from "next";
import { SettingsPage } from "#app/(console)/[org]/settings/settings-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Settings" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  await openOrganization(org, "/settings", await searchParams);
  return <SettingsPage />;
}
