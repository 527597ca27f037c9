import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { ReturnPage } from "#app/(console)/[org]/billing/return/return-page.tsx";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import type { PageInput } from "#app/_trpc/types.ts";

export const metadata: Metadata = { title: "Back from checkout" };

export default async function Page({ params, searchParams }: PageInput<{ org: string }>) {
  const { org } = await params;
  const search = await searchParams;
  await openOrganization(org, "/billing/return", search);
  const session = search["session_id"];
  if (typeof session !== "string") redirect(`/${org}/billing`);
  return <ReturnPage sessionId={session} />;
}
