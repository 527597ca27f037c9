import type { FindingKind } from "#server/audit/verdict.ts";

/** What a verification found, in a sentence for whoever must act on it. */
const words: Record<FindingKind, string> = {
  altered_entry: "The entry was changed after it was sealed.",
  altered_personal: "What the entry says about people was changed after it was written.",
  altered_seal: "The seal of the entry was changed.",
  deleted_row: "The entry was deleted.",
  deleted_tail: "The newest entries were deleted.",
  deleted_head: "The oldest entries were deleted, and not by retention.",
  swapped: "Entries changed places.",
  rewritten: "The chain was written anew, from here or from before.",
  inserted: "An entry was put in beside the chain.",
  bad_checkpoint: "The signature of a checkpoint is not right.",
};

/** Kinds where the entry itself is gone and cannot be opened. */
const gone = new Set<string>(["deleted_row", "deleted_tail", "deleted_head", "bad_checkpoint"]);

/** A kind of finding in words; one that this version does not know says as much as is certain. */
export function findingWords(kind: string): string {
  // The name may come from a newer server.
  return words[kind as FindingKind] ?? "The log is not as it was sealed.";
}

/** Whether there is still an entry to look at. */
export function canBeOpened(finding: { kind: string; entryId: string | null }): boolean {
  return finding.entryId !== null && !gone.has(finding.kind);
}
