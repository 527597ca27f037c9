import { groupPermissions } from "#app/(console)/[org]/_access/permission-groups.ts";

const verbs: Record<string, string> = {
  read: "see",
  write: "change",
  delete: "delete",
  export: "export",
  manage: "manage",
};

type KeySentence = {
  scopes: readonly string[];
  kind: "personal" | "machine";
  organization: string;
  /** The day of its end in words; null for a key without one. */
  until: string | null;
};

/** What a key can do, where, until when and for whom, in one sentence; null while it can do nothing. */
export function keySentence({ scopes, kind, organization, until }: KeySentence): string | null {
  const acts = Map.groupBy(scopes, (scope) => scope.slice(scope.indexOf(".") + 1));
  const parts = Object.keys(verbs).flatMap((action) => {
    const names = groupPermissions((acts.get(action) ?? []).map((name) => ({ name }))).map(wordOf);
    return names.length > 0 ? [`${verbs[action]} ${joined(names)}`] : [];
  });
  if (parts.length === 0) return null;
  const time = until ? `Until ${until} this key` : "This key";
  const whose =
    kind === "personal"
      ? "never more than you can yourself, and not after you have left"
      : "whoever made it, and also when they have left";
  return `${time} can ${joined(parts)} in ${organization}: ${whose}.`;
}

function wordOf({ resource, name }: { resource: string; name: string }): string {
  if (resource === "organization") return "the organization";
  return resource === "api_keys" ? name : name.toLowerCase();
}

function joined(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${last}` : last;
}
