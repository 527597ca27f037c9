import { afterAll, expect, test } from "vitest";
import { entered } from "../test/entered.ts";
import { buildOrganization, closeConnections, type TestOrganization } from "../test/factories.ts";
import { fillLog, tamper, writeEntries } from "../test/logs.ts";
import { tenantStorage } from "../platform/storage.ts";
import { proveChain } from "./chain-proof.ts";
import { linkHash, genesis } from "./chain.ts";
import { statementKey, writeCheckpoint } from "./checkpoint.ts";
import { inLog } from "./log-transaction.ts";
import { logDoor } from "./owner-door.ts";
import { sealEntries } from "./seal.ts";
import type { Finding } from "./verdict.ts";
import { verifyAudit } from "./verify.ts";

afterAll(closeConnections);

/** An organization with 21 entries: its opening and 20 more, sealed, with checkpoints at 11 and 21. */
async function sealedOrganization(): Promise<TestOrganization> {
  const organization = await buildOrganization();
  await writeEntries(organization.owner, 10);
  await sealEntries(organization.id);
  await writeCheckpoint(organization.id, { now: true });
  await writeEntries(organization.owner, 10);
  await sealEntries(organization.id);
  await writeCheckpoint(organization.id, { now: true });
  return organization;
}

async function entryAt(organizationId: string, seq: number): Promise<string> {
  return entered(organizationId, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "SELECT entry_id AS id FROM audit_seals WHERE seq = $1",
      [seq],
    );
    return rows[0]?.id ?? "";
  });
}

const sealed = (seq: number) => `(SELECT entry_id FROM audit_seals WHERE seq = ${seq})`;

test("an untouched log is sound, to the last checkpoint", async () => {
  const { id, owner } = await sealedOrganization();
  await writeEntries(owner, 3);
  expect(await verifyAudit(id)).toMatchObject({
    from: 1,
    through: 21,
    entries: 21,
    checkpoints: 2,
    pending: 3,
    erased: 0,
    finding: null,
  });
});

test("a link is SHA-256 over its place, the hash before and the entry's columns as they are stored", async () => {
  const { id } = await sealedOrganization();
  await entered(id, async (client) => {
    const { rows } = await client.query(
      `SELECT e.*, (extract(epoch FROM e.at) * 1000)::bigint AS ms, encode(s.hash, 'hex') AS hash
       FROM audit_seals s JOIN audit_entries e ON e.id = s.entry_id WHERE s.seq = 1`,
    );
    const e = rows[0] as Record<string, Buffer> & { ms: string; hash: string };
    const texts = [e["action"], e["target_type"], e["target_id"], e["changes"], e["request_id"]].map(String);
    const lines = [
      "astra.audit.1",
      e["id"],
      e.ms,
      e["actor_kind"],
      e["actor_id"],
      "-",
      e["actor_proof"]?.toString("hex"),
      e["subject_proof"]?.toString("hex"),
      texts.map((line) => line.length).join(" "),
      ...texts,
    ];
    const text = lines.join("\n");
    expect(linkHash(1, genesis(id), text)).toBe(e.hash);
  });
});

type Case = [what: string, sql: string, finding: Partial<Finding>];

const cases: Case[] = [
  [
    "a flipped byte of what changed",
    `UPDATE audit_entries SET changes = replace(changes, 'Project 4', 'Project 5') WHERE id = ${sealed(6)}`,
    { kind: "altered_entry", seq: 6 },
  ],
  [
    "another action",
    `UPDATE audit_entries SET action = 'x' WHERE id = ${sealed(6)}`,
    { kind: "altered_entry", seq: 6 },
  ],
  [
    "another time",
    `UPDATE audit_entries SET at = at - interval '1 ms' WHERE id = ${sealed(6)}`,
    { kind: "altered_entry", seq: 6 },
  ],
  [
    "another actor",
    `UPDATE audit_entries SET actor_id = gen_random_uuid() WHERE id = ${sealed(6)}`,
    { kind: "altered_entry", seq: 6 },
  ],
  [
    "another name of the actor",
    `UPDATE audit_entries SET actor_name = 'Mallory' WHERE id = ${sealed(6)}`,
    { kind: "altered_personal", seq: 6 },
  ],
  [
    "another address",
    `UPDATE audit_entries SET ip = '203.0.113.9' WHERE id = ${sealed(6)}`,
    { kind: "altered_personal", seq: 6 },
  ],
  [
    "another label",
    `UPDATE audit_entries SET target_label = 'Gemini' WHERE id = ${sealed(6)}`,
    { kind: "altered_personal", seq: 6 },
  ],
  [
    "a salt taken away to pass for erased",
    `UPDATE audit_entries SET actor_salt = NULL WHERE id = ${sealed(6)}`,
    { kind: "altered_personal", seq: 6 },
  ],
  [
    "a flipped byte of the newest entry",
    `UPDATE audit_entries SET action = 'x' WHERE id = ${sealed(21)}`,
    { kind: "altered_entry", seq: 21 },
  ],
  [
    "a flipped bit of a seal",
    `UPDATE audit_seals SET hash = set_bit(hash, 7, 1 - get_bit(hash, 7)) WHERE seq = 6`,
    { kind: "altered_seal", seq: 6 },
  ],
  ["a deleted entry", `DELETE FROM audit_entries WHERE id = ${sealed(6)}`, { kind: "deleted_row", seq: 6 }],
  [
    "an entry deleted with its seal",
    `DELETE FROM audit_entries WHERE id = ${sealed(6)}; DELETE FROM audit_seals WHERE seq = 6`,
    { kind: "deleted_row", seq: 6 },
  ],
  [
    "a deleted tail",
    `DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_seals WHERE seq > 18); DELETE FROM audit_seals WHERE seq > 18`,
    { kind: "deleted_tail", seq: 19 },
  ],
  [
    "a deleted tail, with the chain's own row put right",
    `DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_seals WHERE seq > 18); DELETE FROM audit_seals WHERE seq > 18;
     UPDATE audit_chain SET seq = 18, head = (SELECT hash FROM audit_seals WHERE seq = 18), checkpoint_seq = 18`,
    { kind: "deleted_tail", seq: 19 },
  ],
  [
    "everything deleted",
    `DELETE FROM audit_entries; DELETE FROM audit_seals; DELETE FROM audit_chain; INSERT INTO audit_chain DEFAULT VALUES`,
    { kind: "deleted_tail", seq: 1 },
  ],
  [
    "a deleted head, passed off as retention",
    `DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_seals WHERE seq <= 5);
     UPDATE audit_chain SET pruned_seq = 5, pruned_head = (SELECT hash FROM audit_seals WHERE seq = 5);
     DELETE FROM audit_seals WHERE seq <= 5`,
    { kind: "deleted_head", seq: 1 },
  ],
  [
    "two entries whose seals changed places",
    `UPDATE audit_seals SET seq = -seq WHERE seq IN (6, 9);
     UPDATE audit_seals SET seq = CASE seq WHEN -6 THEN 9 ELSE 6 END WHERE seq < 0`.replace(
      /^/,
      "ALTER TABLE audit_seals DROP CONSTRAINT audit_seals_seq_check; ",
    ),
    { kind: "swapped", seq: 6 },
  ],
  [
    "two entries that changed places under their seals",
    `UPDATE audit_seals SET entry_id = CASE seq WHEN 6 THEN gen_random_uuid() ELSE entry_id END;
     WITH pair AS (SELECT id FROM audit_entries WHERE id NOT IN (SELECT entry_id FROM audit_seals) LIMIT 1),
     other AS (UPDATE audit_seals SET entry_id = (SELECT id FROM pair) WHERE seq = 9 RETURNING old.entry_id)
     UPDATE audit_seals SET entry_id = (SELECT entry_id FROM other) WHERE seq = 6`,
    { kind: "swapped", seq: 6 },
  ],
  [
    "an entry put in beside the chain",
    `INSERT INTO audit_entries (id, action, actor_kind, actor_name, target_type, xid) VALUES (uuidv7(), 'x', 'system', '', 'x', 5)`,
    { kind: "inserted", seq: null },
  ],
];

test.each(cases)("%s is found, and named", async (_what, sql, finding) => {
  const { id } = await sealedOrganization();
  const named = finding.kind?.startsWith("altered") ? { entryId: await entryAt(id, finding.seq ?? 0) } : {};
  await tamper(id, sql);
  expect((await verifyAudit(id)).finding).toMatchObject({ ...finding, ...named });
});

test("a chain written anew from an entry on is found by the first checkpoint behind it", async () => {
  const { id } = await sealedOrganization();
  await tamper(id, `UPDATE audit_entries SET action = 'projects.delete' WHERE id = ${sealed(15)}`);
  await rewriteFrom(id, 15);
  expect((await verifyAudit(id, { checkpoints: [] })).finding).toBeNull();
  expect((await verifyAudit(id)).finding).toMatchObject({ kind: "rewritten", seq: 12 });
});

/** Seals everything from a place on once more, as whoever can write to the database could. */
async function rewriteFrom(organizationId: string, seq: number): Promise<void> {
  await tamper(
    organizationId,
    `UPDATE audit_chain SET seq = ${seq - 1}, head = (SELECT hash FROM audit_seals WHERE seq = ${seq - 1}),
       cursor_xid = -1, home = '';
     DELETE FROM audit_seals WHERE seq >= ${seq}`,
  );
  await sealEntries(organizationId);
}

test("a checkpoint that was altered, or signed for another organization, is refused", async () => {
  const { id } = await sealedOrganization();
  const other = await sealedOrganization();
  const storage = tenantStorage(id);
  const key = statementKey({ kind: "checkpoint", seq: 21 });
  const file = (await storage.get(key)) ?? "";
  await storage.put(key, file.replace(/head\\":\\"../, 'head\\":\\"00'));
  expect((await verifyAudit(id)).finding).toMatchObject({ kind: "bad_checkpoint" });
  await storage.put(key, (await tenantStorage(other.id).get(key)) ?? "");
  expect((await verifyAudit(id)).finding).toMatchObject({ kind: "bad_checkpoint" });
  await storage.put(key, file);
  expect((await verifyAudit(id)).finding).toBeNull();
});

test("texts of every kind are hashed as the server has them", async () => {
  const { id } = await buildOrganization();
  const texts = [
    "Zoë 👩‍🚀",
    'line\nbreak\t"quoted" \\ back',
    "",
    "\u007f\u0085\u2028",
    "x".repeat(100_000),
    "日本語".repeat(500),
  ];
  await entered(id, async (client) => {
    for (const [index, text] of texts.entries()) {
      await client.query(
        `INSERT INTO audit_entries (id, at, action, actor_kind, actor_name, impersonator_id, impersonator_name, target_type,
           target_id, target_label, changes, personal, ip, request_id)
         VALUES (uuidv7(), $1, $2, 'operator', $2, uuidv7(), $2, $2, $3, $2, $2, $3, $3, $3)`,
        [new Date(index * 123_456_789_001 - 1_000_000_000_000), text, index % 2 === 0 ? text : null],
      );
    }
  });
  await sealEntries(id);
  // Sealed from the columns' bytes, verified from texts that the server puts together.
  expect(await verifyAudit(id)).toMatchObject({ entries: 7, finding: null });
  const door = await logDoor(id);
  const part = { after: 0, through: 7, promised: new Map<number, string>() };
  expect(await inLog(door, (client) => proveChain(client, part))).toMatchObject({ entries: 7, erased: 0 });
});

const inLargeLogs: Case[] = [
  [
    "a flipped byte",
    `UPDATE audit_entries SET changes = replace(changes, 'todo', 'toda') WHERE id = ${sealed(17_001)}`,
    { kind: "altered_entry", seq: 17_001 },
  ],
  [
    "another name",
    `UPDATE audit_entries SET actor_name = 'Mallory' WHERE id = ${sealed(21_000)}`,
    { kind: "altered_personal", seq: 21_000 },
  ],
  [
    "a deleted entry",
    `DELETE FROM audit_entries WHERE id = ${sealed(10_001)}`,
    { kind: "deleted_row", seq: 10_001 },
  ],
  ["a deleted seal", `DELETE FROM audit_seals WHERE seq = 20_000`, { kind: "deleted_row", seq: 20_000 }],
  [
    "a seal that begins a part and does not follow the one before",
    `UPDATE audit_seals SET prev_hash = sha256('x') WHERE seq = 10_001`,
    { kind: "altered_seal", seq: 10_001 },
  ],
];

test("threads find the same in a large log, and another end than a checkpoint promised", async () => {
  const { id } = await buildOrganization();
  await fillLog(id, 12_000);
  await sealEntries(id);
  await writeCheckpoint(id, { now: true });
  await fillLog(id, 13_000);
  await sealEntries(id);
  await writeCheckpoint(id, { now: true });
  expect(await verifyAudit(id)).toMatchObject({ entries: 25_001, checkpoints: 2, finding: null });
  const door = await logDoor(id);
  for (const [, sql, finding] of inLargeLogs) {
    await tamper(
      id,
      `CREATE TABLE kept_entries AS SELECT * FROM audit_entries; CREATE TABLE kept_seals AS SELECT * FROM audit_seals; ${sql}`,
    );
    expect((await verifyAudit(id)).finding).toMatchObject(finding);
    await tamper(
      id,
      `DELETE FROM audit_entries; DELETE FROM audit_seals; INSERT INTO audit_entries SELECT * FROM kept_entries;
       INSERT INTO audit_seals SELECT * FROM kept_seals; DROP TABLE kept_entries, kept_seals`,
    );
  }
  expect(await verifyAudit(id)).toMatchObject({ finding: null });
  const part = { after: 0, through: 12_001, promised: new Map([[12_001, "00".repeat(32)]]) };
  expect(await inLog(door, (client) => proveChain(client, part))).toBeNull();
  await tamper(id, `UPDATE audit_entries SET action = 'x' WHERE id = ${sealed(12_500)}`);
  await rewriteFrom(id, 12_500);
  expect((await verifyAudit(id)).finding).toMatchObject({ kind: "rewritten", seq: 12_002 });
}, 120_000);

test("a verification can be stopped, and tells how far it is", async () => {
  const { id } = await sealedOrganization();
  const seen: [number, number][] = [];
  await verifyAudit(id, { onProgress: (done, total) => void seen.push([done, total]) });
  expect(seen).toEqual([[21, 21]]);
  await expect(verifyAudit(id, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: "AbortError",
  });
});
