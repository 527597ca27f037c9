import "server-only";
import { cache } from "react";
import { TRPCError } from "@trpc/server";
import { notFound, permanentRedirect, redirect } from "next/navigation";
import { serverApi } from "#app/_trpc/server.tsx";
import type { Organization, SearchParams } from "#app/_trpc/types.ts";
import { currentSession } from "#server/identity/current-session.ts";
import { AppError } from "#server/platform/errors.ts";

/** The organization as its member sees it, or why it cannot be entered; `closed` says in words why not now. */
export type Found =
  | { organization: Organization }
  | { refused: "unconfirmed" | "no_access" }
  | { refused: "closed"; message: string };

/** Looks for the organization behind a slug, a present or an old one; once per request. */
export const findOrganization = cache(async (slug: string): Promise<Found> => {
  const { api, queryClient } = serverApi(slug);
  try {
    return { organization: await queryClient.fetchQuery(api.organization.get.queryOptions()) };
  } catch (error) {
    if (!(error instanceof TRPCError) || !(error.cause instanceof AppError)) throw error;
    const { code, reason, message } = error.cause;
    if (reason === "email_not_confirmed") return { refused: "unconfirmed" };
    const passing = code === "UNAVAILABLE" || code === "RATE_LIMITED";
    if (reason === "organization_suspended" || passing) return { refused: "closed", message };
    if (code === "NOT_FOUND" || code === "FORBIDDEN") return { refused: "no_access" };
    throw error;
  }
});

/**
 * Begins every page of an organization: signs in first where needed, moves an old address to the present one,
 * and answers "not found" where the person does not belong. `path` is the page's own, after the slug.
 */
export async function openOrganization(slug: string, path: string, search: SearchParams = {}) {
  const here = `${path}${queryOf(search)}`;
  if (!(await currentSession())) redirect(`/sign-in?next=${encodeURIComponent(`/${slug}${here}`)}`);
  const found = await findOrganization(slug);
  if ("refused" in found) {
    if (found.refused === "unconfirmed") redirect("/check-mail");
    // Of one that is closed the layout says so in the place of the page.
    notFound();
  }
  if (found.organization.slug !== slug) permanentRedirect(`/${found.organization.slug}${here}`);
  return { ...serverApi(slug), organization: found.organization };
}

function queryOf(search: SearchParams): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) query.append(key, one);
  }
  return query.size > 0 ? `?${query}` : "";
}
