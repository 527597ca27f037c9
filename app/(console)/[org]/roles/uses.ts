import { countOf } from "#app/(console)/[org]/_access/permission-words.ts";

/** Who has a role, in words: "3 members and 1 open invite"; null for nobody. */
export function usesOf({ members, invites }: { members: number; invites: number }): string | null {
  const parts = [
    members > 0 && countOf(members, "member"),
    invites > 0 && countOf(invites, "open invite"),
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(" and ") : null;
}
