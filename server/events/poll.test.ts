import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { allPermissions } from "../access/permissions.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { inLog } from "../audit/log-transaction.ts";
import { logDoor } from "../audit/owner-door.ts";
import { entered } from "../test/entered.ts";
import {
  buildKey,
  buildOrganization,
  closeConnections,
  keyRequest,
  requestOf,
  writes,
  type TestOrganization,
} from "../test/factories.ts";
import { tamper } from "../test/logs.ts";
import { refusalOf } from "../test/refusal.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { emit } from "./emit.ts";
import type { PolledEvents } from "./poll.ts";
import { maySee } from "./visible.ts";

const callerOf = createCallerFactory(appRouter);
let organization: TestOrganization;

beforeEach(async () => {
  organization = await buildOrganization();
});
afterAll(closeConnections);

function poll(after?: number, limit = 100): Promise<PolledEvents> {
  const caller = callerOf(requestOf(organization.owner, organization.slug));
  return caller.events.poll(after === undefined ? { limit } : { after, limit });
}

const idOf = (number: number) => `01936f2a-7c00-7000-8000-${String(number).padStart(12, "0")}`;

/** Events of projects with these numbers, in one transaction. */
async function happen(...numbers: number[]): Promise<void> {
  await writes(
    organization.owner,
    async (ctx) => {
      for (const number of numbers)
        await emit(ctx, "project.created", { id: idOf(number), name: `Project ${number}` });
    },
    undefined,
  );
}

const namesOf = ({ items }: PolledEvents) => items.map(({ data }) => data["name"]);

describe("events.poll", () => {
  test("hands out what happened in its order, each event once, and goes on behind its cursor", async () => {
    const before = await poll();
    expect(before.items.map(({ type }) => type)).toContain("organization.created");
    await happen(1, 2, 3);
    await happen(4);
    const first = await poll(before.cursor, 3);
    expect(namesOf(first)).toEqual(["Project 1", "Project 2", "Project 3"]);
    expect(first.more).toBe(true);
    const second = await poll(first.cursor, 3);
    expect(namesOf(second)).toEqual(["Project 4"]);
    expect(second.more).toBe(false);
    expect(await poll(second.cursor)).toEqual({ items: [], cursor: second.cursor, more: false });
    expect(await poll(before.cursor, 3)).toEqual(first);
  });

  test("answers envelopes as they are sent to endpoints", async () => {
    const { cursor } = await poll();
    await happen(7);
    const [event] = (await poll(cursor)).items;
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: "project.created",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      organization_id: organization.id,
      api_version: "v1",
      data: { id: idOf(7), name: "Project 7" },
    });
  });

  test("never passes an event whose transaction commits late", async () => {
    const { cursor } = await poll();
    const insert = "INSERT INTO events (id, type, data) VALUES ($1, 'project.created', $2)";
    const row = (number: number) => [idOf(number), { id: idOf(number), name: `Project ${number}` }];
    const late = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    // Its transaction begins, and writes, before the others; it ends long after them.
    const slow = entered(organization.id, async (client) => {
      await client.query(insert, row(1));
      begun.resolve();
      await late.promise;
      await client.query(insert, row(2));
    });
    await begun.promise;
    await happen(3);
    await happen(4);
    const meanwhile = await poll(cursor);
    const seen = [...namesOf(meanwhile)];
    late.resolve();
    await slow;
    await happen(5);
    let at = meanwhile.cursor;
    for (let more = true; more;) {
      const next = await poll(at, 2);
      seen.push(...namesOf(next));
      ({ cursor: at, more } = next);
    }
    // All of them, none twice, and in the order of their transactions.
    expect(seen).toEqual([1, 2, 3, 4, 5].map((number) => `Project ${number}`));
  });

  test("keeps its promise under many writers and pollers at once", async () => {
    const { cursor } = await poll();
    const numbers = Array.from({ length: 60 }, (_, i) => i + 1);
    const done = { writing: false };
    const seen: unknown[] = [];
    const poller = (async () => {
      let at = cursor;
      for (let idle = 0; idle < 2;) {
        const next = await poll(at, 7);
        seen.push(...namesOf(next));
        idle = next.items.length === 0 && done.writing ? idle + 1 : 0;
        at = next.cursor;
      }
    })();
    const others = Promise.all([poll(cursor, 50), poll(cursor, 50), poll(cursor, 50)]);
    await Promise.all(numbers.map((number) => happen(number)));
    await others;
    done.writing = true;
    await poller;
    expect(seen).toHaveLength(numbers.length);
    expect(new Set(seen)).toEqual(new Set(numbers.map((number) => `Project ${number}`)));
    expect(namesOf(await poll(cursor, 100))).toEqual(seen);
  });

  test("numbers without gaps, whatever was rolled back", async () => {
    await happen(1);
    await writes(
      organization.owner,
      async (ctx) => {
        await emit(ctx, "project.created", { id: idOf(2), name: "Never" });
        throw new Error("rolled back");
      },
      undefined,
    ).catch(() => undefined);
    await happen(3);
    const { cursor } = await poll();
    const seqs = await entered(organization.id, async (client) => {
      const { rows } = await client.query<{ seq: string }>("SELECT seq FROM events ORDER BY seq");
      return rows.map(({ seq }) => Number(seq));
    });
    expect(seqs).toEqual(Array.from({ length: cursor }, (_, i) => i + 1));
  });

  test("after a move to another server what was not numbered comes in the order of its time", async () => {
    const { cursor } = await poll();
    await happen(1);
    await happen(2);
    // As rows come from elsewhere: with ids of transactions that this server has not reached.
    await tamper(
      organization.id,
      `UPDATE events SET xid = 9000000000000000 - xid WHERE seq IS NULL; UPDATE event_numbers SET home = 'elsewhere/0'`,
    );
    await happen(3);
    expect(namesOf(await poll(cursor))).toEqual(["Project 1", "Project 2", "Project 3"]);
    await happen(4);
    expect(namesOf(await poll(cursor))).toHaveLength(4);
  });
});

test("events that are brought back by their owner keep their numbers; a tenant gives none", async () => {
  await happen(1, 2);
  const before = await poll();
  await inLog(await logDoor(organization.id), async (client) => {
    const { rows } = await client.query<{ kept: string }>("SELECT json_agg(e)::text AS kept FROM events e");
    await client.query("DELETE FROM events");
    const back = "INSERT INTO events SELECT * FROM json_populate_recordset(NULL::events, $1::json)";
    await client.query(back, [rows[0]?.kept]);
  });
  expect(await poll()).toEqual(before);
  await happen(3);
  const after = await poll(before.cursor);
  expect(namesOf(after)).toEqual(["Project 3"]);
  const own = await entered(organization.id, async (client) => {
    const { rows } = await client.query<{ seq: string | null }>(
      `INSERT INTO events (id, type, data, seq) VALUES (uuidv7(), 'project.created', '{"id": "x", "name": "y"}', 9000)
       RETURNING seq`,
    );
    return rows;
  });
  expect(own).toEqual([{ seq: null }]);
  expect((await poll(after.cursor)).cursor).toBe(after.cursor + 1);
});

describe("a cursor", () => {
  test("whose events are not kept any more is refused, in a word for it", async () => {
    await happen(1, 2, 3);
    const { cursor } = await poll();
    await tamper(
      organization.id,
      `UPDATE event_numbers SET trimmed_seq = ${cursor - 1}; DELETE FROM events WHERE seq < ${cursor}`,
    );
    expect(await refusalOf(poll(cursor - 2))).toMatchObject({ reason: "cursor_too_old", field: "after" });
    expect(namesOf(await poll(cursor - 1))).toEqual(["Project 3"]);
    expect(namesOf(await poll())).toEqual(["Project 3"]);
  });

  test("from the future, as of another organization, is refused", async () => {
    const { cursor } = await poll();
    expect(await refusalOf(poll(cursor + 1))).toMatchObject({ reason: "bad_cursor", field: "after" });
  });
});

test("an organization that is read-only can still be polled for what has a number", async () => {
  const { cursor } = await poll();
  await happen(1);
  await setTenantState(organization.id, "read_only");
  expect(await poll(cursor)).toMatchObject({ items: [] });
  await setTenantState(organization.id, "active");
  expect(namesOf(await poll(cursor))).toEqual(["Project 1"]);
});

test("a key is told of what it may see alone, wherever it asks", async () => {
  await happen(1);
  const { key } = await buildKey(organization, ["events.read", "projects.read"]);
  const { events } = callerOf(keyRequest(key, organization.slug));
  const { items, cursor, more } = await events.poll({});
  expect(items.map(({ type }) => type)).toEqual(["project.created"]);
  const whole = await poll();
  expect({ cursor, more }).toEqual({ cursor: whole.cursor, more: false });
  const listed = await events.list({});
  expect(listed.items.map(({ type }) => type)).toEqual(["project.created"]);
  expect(listed.total).toBe(1);
  const [seen, hidden] = ["project.created", "organization.created"].map((type) =>
    whole.items.find((event) => event.type === type),
  );
  expect(await events.get({ id: seen?.id ?? "" })).toEqual(seen);
  expect((await refusalOf(events.get({ id: hidden?.id ?? "" }))).reason).toBe("not_found");
});

test("what only a newer version knows is for those who see all else", () => {
  expect(maySee({ permissions: new Set(allPermissions) }, "comet.seen")).toBe(true);
  expect(maySee({ permissions: new Set(["events.read", "projects.read"]) }, "comet.seen")).toBe(false);
});
