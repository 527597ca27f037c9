/** What a verification can find; each names the first entry that is not as it was sealed. */
export const findingKinds = {
  altered_entry: "The entry is not the one that was sealed.",
  altered_personal: "What the entry says of people is not what it said when it was written.",
  altered_seal: "The entry's seal was changed.",
  deleted_row: "The entry was deleted.",
  deleted_tail: "The newest entries were deleted.",
  deleted_head: "The oldest entries were deleted, and not by retention.",
  swapped: "Entries changed places.",
  rewritten: "The chain was written anew from here or before.",
  inserted: "The entry was put in beside the chain.",
  bad_checkpoint: "A checkpoint's signature is not right.",
} as const;
export type FindingKind = keyof typeof findingKinds;

export type Finding = { kind: FindingKind; seq: number | null; entryId: string | null; detail: string };

export type Verdict = {
  /** First and last seal that were looked at, and how many entries they hold. */
  from: number;
  through: number;
  entries: number;
  /** Entries whose people were erased, in the order of the law. */
  erased: number;
  /** Signed checkpoints that were held against the chain. */
  checkpoints: number;
  /** Entries that are not sealed yet. */
  pending: number;
  head: string;
  finding: Finding | null;
};
