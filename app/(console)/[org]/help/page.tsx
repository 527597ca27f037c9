import type { Metadata } from "next";
import { HelpPage } from "#app/(console)/[org]/help/help-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Help" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  await openOrganization(org, "/help", await searchParams);
  return <HelpPage />;
}
