import { genesis, linkHash, type ChainState } from "./chain.ts";
import type { ChainProof } from "./chain-proof.ts";
import { readStatement, storedStatements, type Statement } from "./checkpoint.ts";
import type { LogDoor } from "./log-transaction.ts";
import { logDoor } from "./owner-door.ts";
import { startProvers, type Provers } from "./provers.ts";
import { explainMismatch, findUnsealed, readChain, readLinks, type Link } from "./verify-rows.ts";
import type { Finding, Verdict } from "./verdict.ts";

const chunkRows = 10_000;
const chunksAhead = 2;
const threadedRows = 20_000;

export type VerifyOptions = {
  /** Files of signed statements; the organization's own storage when left out, none with an empty list. */
  checkpoints?: AsyncIterable<{ name: string; file: string }> | Iterable<{ name: string; file: string }>;
  onProgress?(done: number, total: number): void | Promise<void>;
  signal?: AbortSignal;
};

/**
 * Recomputes an organization's chain from the stored entries and holds it against its signed checkpoints.
 * Reads in chunks, so memory does not grow with the log. Answers the first thing that is wrong, if any.
 * Throws when the signal is aborted, and AppError not_found.
 */
export async function verifyAudit(organizationId: string, options: VerifyOptions = {}): Promise<Verdict> {
  const door = await logDoor(organizationId);
  // Read before the chain: a checkpoint that is written meanwhile is not yet part of what is looked at.
  const statements = await collectStatements(organizationId, options);
  const chain = await readChain(door);
  const walk = new Walk(door, chain, statements);
  const unsealed = findUnsealed(door);
  // Its failure is heard below; until then nobody waits for it.
  unsealed.catch(() => {});
  const finding = statements.bad ?? walk.begin() ?? (await walkThrough(walk, chain, options));
  const { verdict } = walk;
  if (finding && (await readChain(door)).pruned_seq > chain.pruned_seq) {
    // Retention took away what was being read: what it left is looked at from its own beginning.
    return verifyAudit(organizationId, options);
  }
  const { pending, inserted } = await unsealed;
  verdict.pending = pending;
  verdict.finding = finding ?? inserted;
  return verdict;
}

async function walkThrough(walk: Walk, chain: ChainState, options: VerifyOptions): Promise<Finding | null> {
  const total = chain.seq - chain.pruned_seq;
  // A small log is read before threads have started.
  const provers = total > threadedRows ? startProvers(walk.door) : null;
  const ahead: Chunk[] = [];
  let asked = chain.pruned_seq;
  try {
    do {
      // Places have no gaps, so the next chunks are on their way while one is looked at.
      while (ahead.length < (provers?.threads ?? 1) * chunksAhead && asked < chain.seq) {
        const through = Math.min(asked + chunkRows, chain.seq);
        ahead.push(askFor(walk, provers, asked, through));
        asked = through;
      }
      const next = ahead.shift();
      const finding = next ? await look(walk, next) : null;
      if (finding) return finding;
      options.signal?.throwIfAborted();
      await options.onProgress?.(walk.verdict.entries, total);
    } while (ahead.length > 0 || asked < chain.seq);
    return walk.end();
  } finally {
    await provers?.end();
    await Promise.allSettled(ahead.map(({ answer }) => answer));
  }
}

/** A part of the chain: its proof when threads make one (null: it does not fit), otherwise its links. */
type Chunk = { after: number; through: number; answer: Promise<ChainProof | Link[] | null> };

function askFor(walk: Walk, provers: Provers | null, after: number, through: number): Chunk {
  const answer: Chunk["answer"] = provers
    ? provers.prove({ after, through, promised: walk.promised(after, through) })
    : walk.read(after, through);
  // Its failure is heard when its turn comes; until then nobody waits for it.
  answer.catch(() => {});
  return { after, through, answer };
}

async function look(walk: Walk, { after, through, answer }: Chunk): Promise<Finding | null> {
  const known = await answer;
  if (Array.isArray(known)) return walk.check(known);
  if (known && walk.accept(known, through)) return null;
  // Something in it does not fit: what, is found link by link.
  return walk.check(await walk.read(after, through));
}

type Statements = {
  checkpoints: Map<number, Statement>;
  pruned: Map<number, Statement>;
  latest: Statement | null;
  bad: Finding | null;
};

async function collectStatements(organizationId: string, options: VerifyOptions): Promise<Statements> {
  const found: Statements = { checkpoints: new Map(), pruned: new Map(), latest: null, bad: null };
  for await (const { name, file } of options.checkpoints ?? storedStatements(organizationId)) {
    const statement = readStatement(organizationId, file);
    if (!statement) {
      const detail = `${name} is not signed by this installation for this organization.`;
      found.bad ??= { kind: "bad_checkpoint", seq: null, entryId: null, detail };
      continue;
    }
    found[statement.kind === "pruned" ? "pruned" : "checkpoints"].set(statement.seq, statement);
    if (statement.seq > (found.latest?.seq ?? 0)) found.latest = statement;
  }
  return found;
}

/** One walk along the chain, from its beginning to the seal that was last when it began. */
class Walk {
  readonly verdict: Verdict;
  readonly door: LogDoor;
  readonly #chain: ChainState;
  readonly #statements: Statements;
  #head: string;
  #seq: number;
  #proven: number;

  constructor(door: LogDoor, chain: ChainState, statements: Statements) {
    this.door = door;
    this.#chain = chain;
    this.#statements = statements;
    this.#seq = chain.pruned_seq;
    this.#proven = chain.pruned_seq;
    this.#head = chain.pruned_head ?? genesis(door.organizationId);
    const from = chain.pruned_seq + 1;
    const checkpoints = statements.checkpoints.size;
    this.verdict = {
      from,
      through: chain.pruned_seq,
      entries: 0,
      erased: 0,
      checkpoints,
      pending: 0,
      head: this.#head,
      finding: null,
    };
  }

  /** The hashes that checkpoints promise for a part. */
  promised(after: number, through: number): Map<number, string> {
    const within = [...this.#statements.checkpoints].filter(([seq]) => seq > after && seq <= through);
    return new Map(within.map(([seq, { head }]) => [seq, head]));
  }

  /** Takes a part that is sound in itself; false when it does not follow what was before. */
  accept({ entries, erased, before, head }: ChainProof, through: number): boolean {
    if (before !== this.#head || this.#seq + entries !== through) return false;
    for (const seq of this.promised(this.#seq, through).keys()) this.#proven = Math.max(this.#proven, seq);
    this.#seq = through;
    this.#head = head;
    this.verdict.entries += entries;
    this.verdict.erased += erased;
    this.verdict.through = through;
    this.verdict.head = head;
    return true;
  }

  read(after: number, through: number): Promise<Link[]> {
    return readLinks(this.door, after, through);
  }

  /** What retention dropped must have been dropped by us: the signed statement about it says so. */
  begin(): Finding | null {
    const { pruned_seq: seq, pruned_head: head } = this.#chain;
    const known = this.#statements.checkpoints.size + this.#statements.pruned.size > 0;
    if (seq === 0 || !known || this.#statements.pruned.get(seq)?.head === head) return null;
    const detail = `The log begins after ${seq}, and no signed statement says that retention dropped what was before.`;
    return { kind: "deleted_head", seq: 1, entryId: null, detail };
  }

  check(links: Link[]): Finding | Promise<Finding> | null {
    for (const link of links) {
      const seq = this.#seq + 1;
      if (link.seq !== seq)
        return this.#deleted(seq, null, `Neither entry nor seal ${seq} is there any more.`);
      if (link.text === null)
        return this.#deleted(seq, link.entryId, `The entry of seal ${seq} is not there.`);
      const head = linkHash(seq, this.#head, link.text);
      if (link.previous !== this.#head || link.hash !== head) {
        return explainMismatch(this.door, { link, previous: this.#head });
      }
      if (!link.proven) return { kind: "altered_personal", ...at(link), detail: "" };
      this.#seq = seq;
      this.#head = head;
      this.verdict.entries++;
      if (link.erased) this.verdict.erased++;
      const rewritten = this.#holdAgainstCheckpoint(link);
      if (rewritten) return rewritten;
    }
    this.verdict.through = this.#seq;
    this.verdict.head = this.#head;
    return null;
  }

  /** Every link fits the one before it, and yet the end is not the one that was promised. */
  end(): Finding | null {
    const { latest } = this.#statements;
    const promised = Math.max(this.#chain.seq, latest?.seq ?? 0);
    if (this.#seq >= promised) return null;
    const seq = this.#seq + 1;
    const detail = `The chain ends at ${this.#seq}, and once reached ${promised}.`;
    return { kind: "deleted_tail", seq, entryId: null, detail };
  }

  #holdAgainstCheckpoint(link: Link): Finding | null {
    const statement = this.#statements.checkpoints.get(link.seq);
    if (!statement) return null;
    if (statement.head === link.hash) {
      this.#proven = link.seq;
      return null;
    }
    const detail = `The checkpoint of ${statement.at} has another hash; up to ${this.#proven} all is proven.`;
    return { kind: "rewritten", ...at(link), seq: this.#proven + 1, detail };
  }

  #deleted(seq: number, entryId: string | null, detail: string): Finding {
    return { kind: "deleted_row", seq, entryId, detail };
  }
}

function at(link: Link): { seq: number; entryId: string } {
  return { seq: link.seq, entryId: link.entryId };
}
