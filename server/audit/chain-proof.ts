import { hash } from "node:crypto";
import type pg from "pg";
import { copyRows } from "./copy-rows.ts";
import { EntryBytes, entryByteColumns, entryByteCount } from "./entry-bytes.ts";

/** What is known of a part of the chain: it is sound in itself, and between which hashes it stands. */
export type ChainProof = { entries: number; erased: number; before: string; head: string };

const columns = `${entryByteColumns}, s.seq, s.prev_hash, s.hash, e.actor_salt, e.actor_name, e.ip, e.user_agent,
  e.impersonator_name, e.subject_salt, e.target_label, e.personal`;
const columnsBehind = 11;
// Places of those that stand behind the entry's.
const [seqAt, previousAt, hashAt] = [entryByteCount, entryByteCount + 1, entryByteCount + 2];
const actorSaltAt = entryByteCount + 3;
const actorTexts = [1, 2, 3, 4].map((place) => actorSaltAt + place);
const subjectSaltAt = entryByteCount + 8;
const subjectTexts = [1, 2].map((place) => subjectSaltAt + place);
const hashBytes = 32;

/**
 * Computes a part of the chain anew from the columns as they are stored, row by row as they come. Answers null
 * when anything in it is not as it was sealed: what exactly, a slower look tells. `promised` are the hashes of
 * signed checkpoints, by place.
 */
export async function proveChain(
  client: pg.ClientBase,
  part: { after: number; through: number; promised: ReadonlyMap<number, string> },
): Promise<ChainProof | null> {
  const { after, through, promised } = part;
  const links = new Links(after, promised);
  await copyRows(
    client,
    `SELECT ${columns} FROM audit_seals s LEFT JOIN audit_entries e ON e.id = s.entry_id
     WHERE s.seq > ${after} AND s.seq <= ${through} ORDER BY s.seq`,
    (row) => links.add(row),
  );
  return links.proof(through);
}

/** The walk along one part. */
class Links {
  readonly #promised: ReadonlyMap<number, string>;
  readonly #bytes = new EntryBytes(columnsBehind);
  readonly #head = Buffer.alloc(hashBytes);
  #seq: number;
  #before = "";
  #entries = 0;
  #erased = 0;
  #sound = true;

  constructor(after: number, promised: ReadonlyMap<number, string>) {
    this.#seq = after;
    this.#promised = promised;
  }

  add(row: Buffer): void {
    this.#sound &&= this.#fits(row);
  }

  proof(through: number): ChainProof | null {
    if (!this.#sound || this.#seq !== through || this.#entries === 0) return null;
    return {
      entries: this.#entries,
      erased: this.#erased,
      before: this.#before,
      head: this.#head.toString("hex"),
    };
  }

  #fits(row: Buffer): boolean {
    const bytes = this.#bytes;
    bytes.take(row);
    const seq = this.#seq + 1;
    if (Number(row.readBigInt64BE(bytes.start(seqAt))) !== seq || !bytes.hasEntry()) return false;
    if (bytes.length(previousAt) !== hashBytes || bytes.length(hashAt) !== hashBytes) return false;
    const previous = bytes.start(previousAt);
    if (this.#entries === 0) {
      row.copy(this.#head, 0, previous, previous + hashBytes);
      this.#before = this.#head.toString("hex");
    } else if (row.compare(this.#head, 0, hashBytes, previous, previous + hashBytes) !== 0) return false;
    if (!bytes.equals(hashAt, hash("sha256", bytes.link(seq, this.#head), "hex"))) return false;
    if (!bytes.isCommitted("actor", actorSaltAt, actorTexts)) return false;
    if (!bytes.isCommitted("subject", subjectSaltAt, subjectTexts)) return false;
    const stated = bytes.start(hashAt);
    row.copy(this.#head, 0, stated, stated + hashBytes);
    const promise = this.#promised.get(seq);
    if (promise !== undefined && promise !== this.#head.toString("hex")) return false;
    this.#seq = seq;
    this.#entries++;
    if (bytes.length(actorSaltAt) < 0 || bytes.length(subjectSaltAt) < 0) this.#erased++;
    return true;
  }
}
