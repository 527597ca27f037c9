import { hash } from "node:crypto";

/**
 * The columns of `audit_entries e` that `entryText` is made of, as they are stored. In PostgreSQL's binary form
 * they cost a few times less than a text that the server puts together for each row.
 */
export const entryByteColumns = `e.id, e.at, e.actor_kind, e.actor_id, e.impersonator_id, e.actor_proof,
  e.subject_proof, e.action, e.target_type, e.target_id, e.changes, e.request_id`;

/** How many they are: what a query asks for behind them has the places from here on. */
export const entryByteCount = 12;

// Places of the columns above.
const [idAt, timeAt, kindAt, actorAt, impersonatorAt, actorProofAt, subjectProofAt] = [0, 1, 2, 3, 4, 5, 6];
const [actionAt, typeAt, targetAt, changesAt, requestAt] = [7, 8, 9, 10, 11];
const textColumns = [actionAt, typeAt, targetAt, changesAt, requestAt];

const headRoom = 1_024;
const timeBytes = 8;
/** PostgreSQL counts microseconds from the year 2000. */
const epochMs = 946_684_800_000;

/** Reads rows of a binary copy and puts together what is hashed. Its buffers are used again for each row. */
export class EntryBytes {
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  #scratch = Buffer.allocUnsafe(64 * 1_024);
  #row: Buffer = Buffer.alloc(0);

  /** For rows that have so many columns behind the entry's. */
  constructor(columnsBehind: number) {
    this.#starts = new Int32Array(entryByteCount + columnsBehind);
    this.#lengths = new Int32Array(entryByteCount + columnsBehind);
  }

  /** Takes the next row. Throws for one of another shape. */
  take(row: Buffer): void {
    const columns = this.#starts.length;
    if (row.readInt16BE(0) !== columns) throw new Error("not a row of entries");
    let at = 2;
    for (let column = 0; column < columns; column++) {
      const length = row.readInt32BE(at);
      this.#starts[column] = at + 4;
      this.#lengths[column] = length;
      at += 4 + Math.max(length, 0);
    }
    this.#row = row;
  }

  /** Whether the row holds an entry, and not the emptiness of an outer join. */
  hasEntry(): boolean {
    return this.length(timeAt) === timeBytes;
  }

  start(column: number): number {
    return this.#starts[column] ?? 0;
  }

  /** In bytes; -1 for null. */
  length(column: number): number {
    return this.#lengths[column] ?? -1;
  }

  /** The entry's id, 16 bytes long, from where to where in the row. */
  idStart(): number {
    return this.start(idAt);
  }

  /** What `linkHash` hashes, byte for byte: good until the next call. `head` is the hash before. */
  link(seq: number, head: Buffer): Buffer {
    const row = this.#row;
    // In hexadecimal everything is twice as long.
    const most = 2 * row.length + headRoom;
    if (this.#scratch.length < most) this.#scratch = Buffer.allocUnsafe(2 * most);
    const scratch = this.#scratch;
    let end = writeAscii(`${seq}\n`, scratch, 0);
    end = writeHex(head, 0, head.length, scratch, end);
    end = writeAscii("\nastra.audit.1\n", scratch, end);
    end = this.#uuid(idAt, end);
    const start = this.start(timeAt);
    const at = (row.readInt32BE(start) * 2 ** 32 + row.readUInt32BE(start + 4)) / 1_000 + epochMs;
    end = writeAscii(`\n${Math.round(at)}\n`, scratch, end);
    end = this.#bytes(kindAt, end);
    for (const column of [actorAt, impersonatorAt]) {
      scratch[end++] = newLine;
      end = this.#uuid(column, end);
    }
    for (const column of [actorProofAt, subjectProofAt]) {
      scratch[end++] = newLine;
      end = writeHex(row, this.start(column), this.start(column) + this.length(column), scratch, end);
    }
    for (const [place, column] of textColumns.entries()) {
      scratch[end++] = place === 0 ? newLine : space;
      end = writeAscii(String(this.#characters(column)), scratch, end);
    }
    for (const column of textColumns) {
      if (this.length(column) < 0) continue;
      scratch[end++] = newLine;
      end = this.#bytes(column, end);
    }
    return scratch.subarray(0, end);
  }

  /**
   * Whether a commitment is the one of a salt and of texts, as `json_build_array` writes them; without a salt,
   * whether they were erased as a whole: the first is empty then, and the others are null.
   */
  isCommitted(proof: "actor" | "subject", saltAt: number, texts: readonly number[]): boolean {
    const row = this.#row;
    const salt = this.length(saltAt);
    if (salt < 0) return texts.every((column, place) => this.length(column) === (place === 0 ? 0 : -1));
    // Every character may need six bytes, and more than that none.
    const most =
      salt + headRoom + texts.reduce((sum, column) => sum + 6 * Math.max(this.length(column), 0), 0);
    if (this.#scratch.length < most) this.#scratch = Buffer.allocUnsafe(2 * most);
    const scratch = this.#scratch;
    let end = row.copy(scratch, 0, this.start(saltAt), this.start(saltAt) + salt);
    for (const [place, column] of texts.entries()) {
      end = writeAscii(place === 0 ? "[" : ", ", scratch, end);
      end = this.#json(column, end);
    }
    scratch[end++] = closing;
    const computed = hash("sha256", scratch.subarray(0, end), "hex");
    return this.equals(proof === "actor" ? actorProofAt : subjectProofAt, computed);
  }

  /** Whether a column holds these bytes, given in hexadecimal: the form in which a hash is had cheapest. */
  equals(column: number, hex: string): boolean {
    const row = this.#row;
    const start = this.start(column);
    const length = this.length(column);
    if (2 * length !== hex.length) return false;
    for (let at = 0; at < length; at++) {
      const byte = row[start + at] ?? 0;
      if (hexDigits[byte >> 4] !== hex.charCodeAt(2 * at)) return false;
      if (hexDigits[byte & 15] !== hex.charCodeAt(2 * at + 1)) return false;
    }
    return true;
  }

  #json(column: number, end: number): number {
    const row = this.#row;
    const start = this.start(column);
    const stop = start + this.length(column);
    if (stop < start) return writeAscii("null", this.#scratch, end);
    let at = start;
    while (at < stop && isPlain(row[at] ?? 0)) at++;
    // Both write the same escapes: those of RFC 8259 that are short, and \u00xx.
    if (at < stop)
      return end + this.#scratch.write(JSON.stringify(row.toString("utf8", start, stop)), end, "utf8");
    this.#scratch[end] = quote;
    const next = this.#bytes(column, end + 1);
    this.#scratch[next] = quote;
    return next + 1;
  }

  #bytes(column: number, end: number): number {
    const start = this.start(column);
    const length = Math.max(this.length(column), 0);
    const [row, scratch] = [this.#row, this.#scratch];
    if (length > shortBytes) return end + row.copy(scratch, end, start, start + length);
    for (let at = 0; at < length; at++) scratch[end + at] = row[start + at] ?? 0;
    return end + length;
  }

  #uuid(column: number, end: number): number {
    const scratch = this.#scratch;
    if (this.length(column) < 0) {
      scratch[end] = hyphen;
      return end + 1;
    }
    let start = this.start(column);
    let to = end;
    for (const bytes of uuidParts) {
      if (to > end) scratch[to++] = hyphen;
      to = writeHex(this.#row, start, start + bytes, scratch, to);
      start += bytes;
    }
    return to;
  }

  /** Characters of a text in UTF-8, as PostgreSQL's length() counts them; -1 for null. */
  #characters(column: number): number {
    const row = this.#row;
    const start = this.start(column);
    const length = this.length(column);
    let following = 0;
    for (let at = start; at < start + length; at++) if (((row[at] ?? 0) & 0xc0) === 0x80) following++;
    return length - following;
  }
}

/** Up to here a loop is quicker than a call into native code. */
const shortBytes = 64;

const newLine = 10;
const space = 32;
const quote = 34;
const hyphen = 45;
const backslash = 92;
const closing = 93;
const uuidParts = [4, 2, 2, 2, 6];
const hexDigits = Buffer.from("0123456789abcdef", "latin1");

/** Whether a byte of UTF-8 stands in JSON as it is. */
function isPlain(byte: number): boolean {
  return byte >= 32 && byte !== quote && byte !== backslash;
}

/** Writes a short text of ASCII; answers where it ends. */
function writeAscii(text: string, to: Buffer, end: number): number {
  for (let at = 0; at < text.length; at++) to[end + at] = text.charCodeAt(at);
  return end + text.length;
}

/** Writes bytes in hexadecimal, without making a text of them in between. */
function writeHex(from: Buffer, start: number, stop: number, to: Buffer, end: number): number {
  let next = end;
  for (let at = start; at < stop; at++) {
    const byte = from[at] ?? 0;
    to[next++] = hexDigits[byte >> 4] ?? 0;
    to[next++] = hexDigits[byte & 15] ?? 0;
  }
  return next;
}
