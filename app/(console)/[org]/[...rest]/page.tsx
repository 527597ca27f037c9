import { notFound } from "next/navigation";
import { openOrganization } from "#app/_trpc/open-organization.ts";
import type { PageInput } from "#app/_trpc/types.ts";

/** Catches addresses that no page has, so that the answer stands inside the organization's own frame. */
export default async function Page({ params, searchParams }: PageInput<{ org: string; rest: string[] }>) {
  const { org, rest } = await params;
  await openOrganization(org, `/${rest.map(encodeURIComponent).join("/")}`, await searchParams);
  notFound();
}
