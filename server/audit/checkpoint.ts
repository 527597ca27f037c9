import { sign, verify, type KeyObject } from "node:crypto";
import { z } from "zod";
import { signingKeys } from "../platform/secrets.ts";
import { tenantStorage } from "../platform/storage.ts";
import { chainColumns, type ChainState } from "./chain.ts";
import { inLog } from "./log-transaction.ts";
import { logDoor } from "./owner-door.ts";

/** A new checkpoint at the latest after so long, or so many entries: what was cut off since the last is not seen. */
const everyMs = 60_000;
const everyEntries = 10_000;

/** Where statements are in the organization's storage. */
export const checkpointsFolder = "audit/checkpoints";
const readAtOnce = 16;

/** A signed statement about the chain, kept outside the database. */
export const Statement = z.strictObject({
  /** `pruned`: retention dropped everything up to this seal. */
  kind: z.enum(["checkpoint", "pruned"]),
  organizationId: z.uuid(),
  seq: z.int().positive(),
  head: z.string().regex(/^[0-9a-f]{64}$/),
  /** How many entries the chain has had so far. */
  count: z.int().positive(),
  at: z.iso.datetime(),
});
export type Statement = z.infer<typeof Statement>;

const Signed = z.strictObject({ text: z.string().max(2_000), signature: z.string().max(200) });

/** Signs a statement; the signature is over the exact text that is stored. */
export function signStatement(statement: Statement): string {
  const text = JSON.stringify(Statement.parse(statement));
  const { privateKey } = signingKeys(purpose(statement.organizationId));
  const signature = sign(null, Buffer.from(text, "utf8"), privateKey).toString("base64");
  return `${JSON.stringify({ text, signature })}\n`;
}

/** The statement in a stored file; null when its signature, its form or its organization is not right. */
export function readStatement(organizationId: string, file: string): Statement | null {
  try {
    const { text, signature } = Signed.parse(JSON.parse(file));
    const { publicKey } = signingKeys(purpose(organizationId));
    if (!verify(null, Buffer.from(text, "utf8"), publicKey, Buffer.from(signature, "base64"))) return null;
    const statement = Statement.parse(JSON.parse(text));
    return statement.organizationId === organizationId ? statement : null;
  } catch {
    return null;
  }
}

/** The key by which an organization's checkpoints can be verified by anybody, in PEM. */
export function checkpointPublicKey(organizationId: string): string {
  const key: KeyObject = signingKeys(purpose(organizationId)).publicKey;
  return key.export({ type: "spki", format: "pem" }).toString();
}

function purpose(organizationId: string): string {
  return `audit-checkpoints:${organizationId}`;
}

/** Where a statement is kept; in the order of the chain. */
export function statementKey({ kind, seq }: Pick<Statement, "kind" | "seq">): string {
  return `${checkpointsFolder}/${String(seq).padStart(15, "0")}-${kind}.json`;
}

/**
 * Writes a signed checkpoint of the chain's head to storage when one is due, or at once with `now`. It is in
 * storage before the database says so: a crash in between writes it once more. Answers its seq, if written.
 */
export async function writeCheckpoint(
  organizationId: string,
  options: { now?: boolean; storage?: string } = {},
): Promise<number | null> {
  const door = await logDoor(organizationId);
  const chain = await inLog(door, async (client) => {
    const { rows } = await client.query<ChainState & { late: boolean }>(
      `SELECT ${chainColumns}, checkpoint_at IS NULL OR checkpoint_at < now() - $1 * interval '1 millisecond' AS late
       FROM audit_chain`,
      [everyMs],
    );
    return rows[0];
  });
  if (!chain?.head || chain.seq <= chain.checkpoint_seq) return null;
  if (!options.now && !chain.late && chain.seq - chain.checkpoint_seq < everyEntries) return null;
  const { seq, head } = chain;
  const at = new Date().toISOString();
  const statement: Statement = { kind: "checkpoint", organizationId, seq, head, count: seq, at };
  await tenantStorage(organizationId, options.storage).put(statementKey(statement), signStatement(statement));
  await inLog(door, (client) =>
    client.query("UPDATE audit_chain SET checkpoint_seq = $1, checkpoint_at = $2 WHERE checkpoint_seq < $1", [
      seq,
      at,
    ]),
  );
  return seq;
}

/** Every file of statements in an organization's storage, with its name. */
export async function* storedStatements(
  organizationId: string,
): AsyncGenerator<{ name: string; file: string }> {
  const storage = tenantStorage(organizationId);
  const names: string[] = [];
  for await (const name of storage.list(checkpointsFolder)) names.push(name);
  for (let from = 0; from < names.length; from += readAtOnce) {
    // A store that is far away answers each within some milliseconds, and there may be thousands.
    const some = names.slice(from, from + readAtOnce);
    const files = await Promise.all(some.map(async (name) => ({ name, file: await storage.get(name) })));
    for (const { name, file } of files) if (file !== null) yield { name, file };
  }
}
