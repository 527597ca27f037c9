import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { answerTrpc } from "../api/http.ts";
import { answerRest } from "../api/rest/answer.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildKey,
  buildOrganization,
  closeConnections,
  doorOf,
  type TestOrganization,
} from "../test/factories.ts";
import { openHttpDoor, type HttpDoor } from "../test/http-door.ts";
import { setTenantState } from "../test/tenant-state.ts";
import { useAt } from "../test/usage.ts";
import { ApiCallCounter, closeApiCalls } from "./api-calls.ts";
import { getMonthUsage } from "./usage.ts";
import { transact } from "../tenancy/transact.ts";

let organization: TestOrganization;
beforeEach(async () => {
  organization = await buildOrganization();
});
afterAll(closeConnections);

async function counted({ id } = organization): Promise<number[]> {
  const rows = await tenancy().withTenant(id, { readOnly: true }, (db) =>
    db.usageRecord.findMany({ where: { meter: "api_calls" }, select: { quantity: true } }),
  );
  return rows.map(({ quantity }) => Number(quantity)).toSorted((a, b) => a - b);
}

describe("calls with an API key", () => {
  const info = { id: randomUUID(), ip: "192.0.2.1", userAgent: "vitest" };
  const noSession = async () => null;
  const rest = (request: Request) => answerRest(request, { info });
  const trpc = (request: Request) =>
    answerTrpc(request, { organization: organization.slug, info, findSession: noSession });

  async function asks(answer: (request: Request) => Promise<Response>, paths: string[], bearer: string) {
    const door: HttpDoor = await openHttpDoor(answer);
    const headers = { authorization: `Bearer ${bearer}` };
    const answers = await Promise.all(paths.map((one) => fetch(`${door.origin}${one}`, { headers })));
    const states = answers.map(({ status }) => status);
    await Promise.all(answers.map((one) => one.arrayBuffer()));
    await door.close();
    return states;
  }

  test("count once each, at the REST door and through tRPC, also several in one request", async () => {
    const { key } = await buildKey(organization, ["projects.read"]);
    const { slug } = organization;
    expect(
      await asks(
        rest,
        Array.from({ length: 7 }, () => `/api/v1/${slug}/projects`),
        key,
      ),
    ).toEqual(Array.from({ length: 7 }, () => 200));
    const input = encodeURIComponent('{"0":{"json":{}},"1":{"json":{}}}');
    const batch = `/api/trpc/${slug}/projects.list,projects.list?batch=1&input=${input}`;
    expect(await asks(trpc, [batch], key)).toEqual([200]);
    await closeApiCalls();
    expect((await counted()).reduce((sum, one) => sum + one, 0)).toBe(9);
    const month = await transact(await doorOf(organization.owner), "read", (ctx) => getMonthUsage(ctx, {}));
    expect(month.meters[0]).toMatchObject({ used: 9, counting: 9 });
  });

  test("that are refused do not count, nor does what people do in the console", async () => {
    const { key } = await buildKey(organization, ["tasks.read"]);
    const { slug } = organization;
    const other = await buildOrganization();
    const { key: stranger } = await buildKey(other, ["projects.read"]);
    expect(await asks(rest, [`/api/v1/${slug}/projects`], key)).toEqual([403]);
    expect(await asks(rest, [`/api/v1/${slug}/projects`], stranger)).toEqual([403]);
    expect(await asks(rest, [`/api/v1/${slug}/projects`], "nonsense")).toEqual([401]);
    await transact(await doorOf(organization.owner), "read", (ctx) => getMonthUsage(ctx, {}));
    await closeApiCalls();
    expect(await counted()).toEqual([]);
    expect(await counted(other)).toEqual([]);
  });

  test("of an organization that is read-only until it pays count as well", async () => {
    const door = { ...organization, access: "read_only" as const };
    expect(await useAt(door, new Date(), { quantity: 3 })).toBe(true);
    expect(await counted()).toEqual([3]);
  });
});

describe("the counter", () => {
  test("notes what came together as one record, and goes on counting", async () => {
    const counter = new ApiCallCounter();
    for (let call = 0; call < 1_000; call++) counter.count(organization.id);
    await Promise.all([counter.flush(), counter.flush()]);
    expect(await counted()).toEqual([1_000]);
    counter.count(organization.id);
    await counter.close();
    await counter.close();
    expect(await counted()).toEqual([1, 1_000]);
  });

  test("two processes' batches are told apart", async () => {
    const counters = [new ApiCallCounter(), new ApiCallCounter()];
    for (const counter of counters) counter.count(organization.id);
    await Promise.all(counters.map((counter) => counter.close()));
    expect(await counted()).toEqual([1, 1]);
  });

  test("notes by itself after its pause", async () => {
    const counter = new ApiCallCounter({ everyMs: 20 });
    counter.count(organization.id);
    await expect.poll(() => counted(), { timeout: 10_000 }).toEqual([1]);
    await counter.close();
  });

  test("what cannot be noted is kept with its identifier, and what comes meanwhile beside it", async () => {
    let now = Date.now();
    const counter = new ApiCallCounter({ now: () => now });
    await setTenantState(organization.id, "suspended");
    for (let call = 0; call < 5; call++) counter.count(organization.id);
    await counter.flush();
    for (let call = 0; call < 3; call++) counter.count(organization.id);
    await counter.flush();
    await setTenantState(organization.id, "active");
    // Its pause is not over.
    await counter.flush();
    expect(await counted()).toEqual([]);
    now += 60_000;
    await counter.flush();
    await counter.flush();
    expect(await counted()).toEqual([3, 5]);
  });

  test("what cannot be noted for half a day is given up: less is billed then, never more", async () => {
    let now = Date.now();
    const counter = new ApiCallCounter({ now: () => now });
    await setTenantState(organization.id, "suspended");
    counter.count(organization.id);
    await counter.flush();
    now += 12 * 3_600_000 + 1;
    await counter.flush();
    await setTenantState(organization.id, "active");
    now += 60_000;
    await counter.flush();
    expect(await counted()).toEqual([]);
  });

  test("calls of an organization that is gone are given up at once, and take nobody else's along", async () => {
    const counter = new ApiCallCounter();
    counter.count(randomUUID());
    counter.count(organization.id);
    await counter.flush();
    expect(await counted()).toEqual([1]);
    await counter.close();
  });
});

describe("a process that counts", () => {
  const program = path.join(import.meta.dirname, "../test/faults/counting-calls.ts");
  async function run(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    const child = spawn(process.execPath, [program, organization.id, "40"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill(signal);
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  }

  test("notes all of it when it is asked to end, also what its last requests were", async () => {
    expect(await run("SIGTERM")).toBe(143);
    expect((await counted()).reduce((sum, one) => sum + one, 0)).toBe(41);
  });

  test("loses what it had not noted when it is killed, and nothing is counted twice", async () => {
    expect(await run("SIGKILL")).toBeNull();
    expect(await counted()).toEqual([]);
  });
});
