import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { answerRest } from "../api/rest/answer.ts";
import {
  buildKey,
  buildOrganization,
  clockAt,
  closeConnections,
  reads,
  type TestOrganization,
} from "../test/factories.ts";
import { openHttpDoor, type HttpDoor } from "../test/http-door.ts";
import { useAt, usageDoor } from "../test/usage.ts";
import { foldUsage } from "./fold.ts";
import { UsageSeries } from "./schema.ts";
import { getMonthUsage, getUsageSeries } from "./usage.ts";

let organization: TestOrganization;
beforeEach(async () => {
  organization = await buildOrganization({ plan: "pro" });
});
afterAll(closeConnections);

const now = clockAt("2026-11-20T11:20:00Z");
const month = (name?: string) => reads(organization.owner, getMonthUsage, { month: name }, now);
const series = (input: object) =>
  reads(organization.owner, getUsageSeries, UsageSeries.parse({ meter: "api_calls", ...input }), now);

async function fill(): Promise<void> {
  await useAt(organization, new Date("2026-10-31T23:59:59Z"), { quantity: 1_000 });
  await useAt(organization, new Date("2026-11-01T00:00:00Z"), { quantity: 5 });
  await useAt(organization, new Date("2026-11-19T10:15:00Z"), { quantity: 70 });
  await foldUsage(usageDoor(organization, new Date("2026-11-20T11:05:00Z")));
  await useAt(organization, new Date("2026-11-20T11:10:00Z"), { quantity: 900 });
}

describe("a month", () => {
  test("has all that was counted in it, also what is not added up yet, beside what the plan includes", async () => {
    await fill();
    const { meters, ...rest } = await month();
    expect(rest).toEqual({
      month: "2026-11",
      from: new Date("2026-11-01T00:00:00Z"),
      to: new Date("2026-12-01T00:00:00Z"),
      firstMonth: "2026-10",
      lastMonth: "2026-11",
    });
    expect(meters).toMatchObject([
      { meter: "api_calls", used: 975, counting: 900, included: 500_000 },
      { meter: "webhook_deliveries", used: 0, counting: 0, included: 50_000 },
    ]);
    expect((await month("2026-10")).meters[0]).toMatchObject({ used: 1_000, counting: 0 });
  });

  test("that is past keeps what it was held against", async () => {
    await useAt(organization, new Date("2026-10-31T22:00:00Z"), { quantity: 1 });
    await foldUsage(usageDoor({ ...organization, plan: "free" }, new Date("2026-10-31T23:05:00Z")));
    expect((await month("2026-10")).meters[0]).toMatchObject({ used: 1, included: 10_000 });
  });

  test("of an organization that used nothing is empty", async () => {
    const { meters, firstMonth } = await month();
    expect(firstMonth).toBeNull();
    expect(meters.map(({ used }) => used)).toEqual([0, 0]);
  });
});

describe("a series", () => {
  test("has a point for every day, and one for every hour", async () => {
    await fill();
    const days = await series({
      from: new Date("2026-11-01T00:00:00Z"),
      to: new Date("2026-12-01T00:00:00Z"),
    });
    expect(days.points).toHaveLength(30);
    const used = days.points.filter(({ quantity }) => quantity > 0);
    expect(used).toEqual([
      { at: new Date("2026-11-01T00:00:00Z"), quantity: 5 },
      { at: new Date("2026-11-19T00:00:00Z"), quantity: 70 },
      { at: new Date("2026-11-20T00:00:00Z"), quantity: 900 },
    ]);
    const from = new Date("2026-11-19T10:59:00Z");
    const hours = await series({ by: "hour", from, to: new Date("2026-11-19T13:00:00Z") });
    expect(hours.points).toEqual([
      { at: new Date("2026-11-19T10:00:00Z"), quantity: 70 },
      { at: new Date("2026-11-19T11:00:00Z"), quantity: 0 },
      { at: new Date("2026-11-19T12:00:00Z"), quantity: 0 },
    ]);
  });

  test.each([
    { from: "2026-11-02", to: "2026-11-01" },
    { from: "2026-10-01", to: "2026-11-02", by: "hour" },
    { from: "2025-01-01", to: "2026-11-02", by: "day" },
    { from: "1970-01-01", to: "1970-01-02" },
    { from: "2026-11-01", to: "2026-11-02", meter: "storage" },
    { from: "2026-11-01", to: "2026-11-02", by: "minute" },
  ])("refuses %o", ({ from, to, ...rest }) => {
    const asked = { meter: "api_calls", from: new Date(from), to: new Date(to), ...rest };
    expect(UsageSeries.safeParse(asked).success).toBe(false);
  });
});

test("apps read both at the REST door, with the permission to see billing", async () => {
  const info = { id: randomUUID(), ip: null, userAgent: null };
  const door: HttpDoor = await openHttpDoor((request) => answerRest(request, { info }));
  try {
    const { key } = await buildKey(organization, ["billing.read"]);
    const ask = (path: string, bearer = key) =>
      fetch(`${door.origin}/api/v1/${organization.slug}/billing/${path}`, {
        headers: { authorization: `Bearer ${bearer}` },
      });
    const answer = await ask("usage?month=2026-11");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ month: "2026-11", meters: [{ used: 0 }, { used: 0 }] });
    const range = "from=2026-11-01T00:00:00Z&to=2026-11-03T00:00:00Z";
    const points = await ask(`usage/series?meter=api_calls&by=hour&${range}`);
    expect(((await points.json()) as { points: unknown[] }).points).toHaveLength(48);
    expect((await ask("usage?month=2026-13")).status).toBe(400);
    expect((await ask(`usage/series?meter=api_calls&${range.replace("2026", "2020")}`)).status).toBe(400);
    const { key: other } = await buildKey(organization, ["projects.read"]);
    expect((await ask("usage", other)).status).toBe(403);
  } finally {
    await door.close();
  }
});
