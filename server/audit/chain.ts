import { createHash, hash } from "node:crypto";

/**
 * The text of an entry as the chain holds it: its columns as they are stored, a line each. The lengths (in
 * characters, -1 for none) stand before the texts, so that no character can move from one to the next. What
 * may be erased stands in it as the two commitments.
 */
export const entryText = `concat_ws(E'\\n', 'astra.audit.1', e.id, (date_part('epoch', e.at) * 1000)::bigint, e.actor_kind,
  coalesce(e.actor_id::text, '-'), coalesce(e.impersonator_id::text, '-'),
  encode(e.actor_proof, 'hex'), encode(e.subject_proof, 'hex'),
  concat_ws(' ', length(e.action), length(e.target_type), coalesce(length(e.target_id), -1), length(e.changes),
    coalesce(length(e.request_id), -1)),
  e.action, e.target_type, e.target_id, e.changes, e.request_id)`;

/** Whether what is shown of people is what the commitments were made of, or was erased as a whole. */
export const entryProven = `(CASE WHEN e.actor_salt IS NULL
    THEN e.actor_name = '' AND e.ip IS NULL AND e.user_agent IS NULL AND e.impersonator_name IS NULL
    ELSE e.actor_proof = sha256(e.actor_salt || convert_to(
      json_build_array(e.actor_name, e.ip, e.user_agent, e.impersonator_name)::text, 'UTF8')) END
  AND CASE WHEN e.subject_salt IS NULL THEN e.target_label = '' AND e.personal IS NULL
    ELSE e.subject_proof = sha256(e.subject_salt || convert_to(
      json_build_array(e.target_label, e.personal)::text, 'UTF8')) END)`;

/** What stands before the first seal of an organization: no chain fits another one's beginning. */
export function genesis(organizationId: string): string {
  return createHash("sha256").update(`astra.audit.1/${organizationId}`).digest("hex");
}

/** The hash of a link, hexadecimal: SHA-256 over its place, the hash before it and the entry's text. */
export function linkHash(seq: number, previous: string, text: string): string {
  return hash("sha256", `${seq}\n${previous}\n${text}`, "hex");
}

/** The row that says how far the log is; numbers of entries stay far below 2^53. */
export type ChainState = {
  home: string;
  cursor_xid: string;
  cursor_id: string;
  seq: number;
  head: string | null;
  checkpoint_seq: number;
  checkpoint_at: Date | null;
  pruned_seq: number;
  pruned_head: string | null;
  worded_seq: number;
};

/** Columns of a ChainState. */
export const chainColumns = `home, cursor_xid, cursor_id, seq::float8 AS seq, encode(head, 'hex') AS head,
  checkpoint_seq::float8 AS checkpoint_seq, checkpoint_at, pruned_seq::float8 AS pruned_seq,
  encode(pruned_head, 'hex') AS pruned_head, worded_seq::float8 AS worded_seq`;
