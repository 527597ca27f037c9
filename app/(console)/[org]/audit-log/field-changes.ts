import { fieldNoun, sentenceCase } from "#app/(console)/[org]/_audit/words.ts";
import type { AuditEntry } from "#server/audit/schema.ts";

/** What became of one field. `erased`: it was about a person, and its values are gone for good. */
export type FieldChange = {
  path: string;
  label: string;
  personal: boolean;
  kind: "changed" | "added" | "removed" | "erased";
  before: unknown;
  after: unknown;
};

const nestingMax = 4;

/** The fields of an entry one after another, nested ones by their path, in the order in which they were written. */
export function fieldChanges(entry: Pick<AuditEntry, "before" | "after" | "personal">): FieldChange[] {
  const before = flattened(entry.before);
  const after = flattened(entry.after);
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  const differing = paths.filter(
    (path) => JSON.stringify(before.get(path)) !== JSON.stringify(after.get(path)),
  );
  const changes = differing.map((path) => {
    const [had, has] = [before.has(path), after.has(path)];
    const kind = had && has ? "changed" : has ? "added" : "removed";
    return changeOf(entry, path, { kind, before: before.get(path), after: after.get(path) });
  });
  // What was made or deleted has empty fields as well, and they say nothing.
  const told = changes.filter(
    ({ kind, before: old, after: now }) => kind === "changed" || valueText(old ?? now) !== null,
  );
  const seen = new Set([...Object.keys(entry.before), ...Object.keys(entry.after)]);
  const erased = entry.personal
    .filter((name) => !seen.has(name))
    .map((name) => changeOf(entry, name, { kind: "erased", before: undefined, after: undefined }));
  return [...told, ...erased];
}

function changeOf(
  entry: Pick<AuditEntry, "personal">,
  path: string,
  rest: Pick<FieldChange, "kind" | "before" | "after">,
): FieldChange {
  const steps = path.split("\u0000");
  const label = steps
    .map((step, index) => (index === 0 ? sentenceCase(fieldNoun(step)) : fieldNoun(step)))
    .join(" › ");
  return { path, label, personal: entry.personal.includes(steps[0] ?? ""), ...rest };
}

/** Values by their path; lists stay whole, for they are compared as lists. */
function flattened(fields: Record<string, unknown>, prefix = "", depth = 1): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(fields)) {
    const path = prefix + name;
    if (isRecord(value) && depth < nestingMax && Object.keys(value).length > 0) {
      for (const [inner, leaf] of flattened(value, `${path}\u0000`, depth + 1)) found.set(inner, leaf);
    } else {
      found.set(path, value);
    }
  }
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** What two lists do not share, and what they do; null where they hold more than plain values. */
export function listChange(
  before: unknown,
  after: unknown,
): Record<"kept" | "added" | "removed", string[]> | null {
  const old = plainList(before ?? []);
  const now = plainList(after ?? []);
  if (!old || !now || (!Array.isArray(before) && !Array.isArray(after))) return null;
  return {
    kept: now.filter((item) => old.includes(item)),
    added: now.filter((item) => !old.includes(item)),
    removed: old.filter((item) => !now.includes(item)),
  };
}

function plainList(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null;
  return value.every((item) => typeof item !== "object" || item === null) ? value.map(String) : null;
}

const dayAndTime = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** A value as a person reads it; null for what is not there. */
export function valueText(value: unknown): string | null {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (value instanceof Date) return dayAndTime.format(value);
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value))
    return dayAndTime.format(new Date(value));
  if (typeof value === "object") return JSON.stringify(value, null, 2);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Whether two texts are shown as one with its changes marked, rather than one beside the other. */
export function isLongText(text: string): boolean {
  return text.length > 60 || text.includes("\n");
}
