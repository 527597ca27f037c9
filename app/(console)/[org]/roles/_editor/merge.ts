import { choose, unchoose } from "#app/(console)/[org]/roles/_editor/selection.ts";

/** What the editor of a role holds. */
export type RoleValues = { name: string; description: string; permissions: string[] };

type Needing = { name: string; needs: readonly string[] };

/** One's own changes put on top of what somebody else has saved: where both changed the same, one's own stays. */
export function mergeRole(
  before: RoleValues,
  mine: RoleValues,
  theirs: RoleValues,
  registry: readonly Needing[],
): RoleValues {
  const added = mine.permissions.filter((name) => !before.permissions.includes(name));
  const removed = before.permissions.filter((name) => !mine.permissions.includes(name));
  return {
    name: mine.name === before.name ? theirs.name : mine.name,
    description: mine.description === before.description ? theirs.description : mine.description,
    permissions: unchoose(choose(theirs.permissions, added, registry), removed, registry),
  };
}
