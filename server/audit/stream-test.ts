import { randomUUID } from "node:crypto";
import { AppError, notFound } from "../platform/errors.ts";
import type { Door } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { audit } from "./audit.ts";
import type { AuditStreamTest, ById } from "./schema.ts";
import { openCredential, readDestination } from "./stream-record.ts";
import { sendBatch } from "./stream-send.ts";

const minuteMs = 60_000;
const testsPerMinute = 10;
const action = "audit.streams.test";

/**
 * Sends one line that says it is a test, and answers what became of it; the stream itself stays where it is.
 * Throws AppError not_found and too_many_tests.
 */
export async function testStream(door: Door, { id }: ById): Promise<AuditStreamTest> {
  const { organization, clock } = door;
  // Recorded before anything is sent: nobody reaches out without an entry.
  const options = await transact(door, "write", async (ctx) => {
    const stream = await ctx.db.auditStream.findUnique({ where: { id } });
    if (!stream) throw notFound("stream");
    // Calls at once would all count before the first has its entry.
    await ctx.db.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 8))::text`;
    const since = new Date(clock.now().getTime() - minuteMs);
    if ((await ctx.db.auditEntry.count({ where: { action, at: { gt: since } } })) >= testsPerMinute) {
      throw new AppError("RATE_LIMITED", "too_many_tests", "Wait a minute before the next test.");
    }
    await audit(ctx, { action, target: { type: "audit_stream", id, label: stream.name } });
    return {
      destination: readDestination(stream.destination),
      credential: await openCredential(ctx.db, { organizationId: organization.id, id }, stream.credential),
      overlapping: (stream.overlapUntil ?? 0) > clock.now(),
      now: clock.now(),
    };
  });
  const line = { kind: "test", streamId: id, organizationId: organization.id, at: options.now.toISOString() };
  const sent = await sendBatch(
    {
      id: `test_${randomUUID()}`,
      objectName: "astra-test.jsonl",
      body: Buffer.from(`${JSON.stringify(line)}\n`, "utf8"),
    },
    options,
  );
  const { ok, status, durationMs } = sent;
  return { ok, status, error: sent.ok ? null : sent.error, durationMs };
}
