import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { transact } from "../tenancy/transact.ts";
import { buildOrganization, closeConnections, type TestOrganization } from "../test/factories.ts";
import { hoursOf, useAt, usageDoor } from "../test/usage.ts";
import { foldUsage } from "./fold.ts";
import { foldTime, quantityMax, recordUsage } from "./record.ts";
import { trimOne } from "./trim.ts";

let organization: TestOrganization;
beforeEach(async () => {
  organization = await buildOrganization();
});
afterAll(closeConnections);

const at = (text: string) => new Date(`2026-11-20T${text}Z`);
const fold = (now: Date) => foldUsage(usageDoor(organization, now));

/** The jobs that wait for an organization, and when. */
async function asked(name: string): Promise<Date[]> {
  const { rows } = await ownerPool("main").query<{ run_at: Date }>(
    "SELECT run_at FROM astra.outbox WHERE tenant_id = $1 AND name = $2 ORDER BY run_at",
    [organization.id, name],
  );
  return rows.map((row) => row.run_at);
}

async function rawRecords() {
  return tenancy().withTenant(organization.id, { readOnly: true }, (db) =>
    db.usageRecord.findMany({ orderBy: { at: "asc" }, select: { quantity: true, hour: true } }),
  );
}

describe("recordUsage", () => {
  test("counts an identifier once, also when it comes again in a later hour", async () => {
    expect(await useAt(organization, at("10:05:00"), { identifier: "one", quantity: 3 })).toBe(true);
    expect(await useAt(organization, at("10:06:00"), { identifier: "one", quantity: 4 })).toBe(false);
    await fold(at("11:30:00"));
    expect(await useAt(organization, at("11:40:00"), { identifier: "one", quantity: 5 })).toBe(false);
    await fold(at("12:30:00"));
    expect(await hoursOf(organization)).toMatchObject([{ hour: "2026-11-20T10:00:00.000Z", quantity: 3 }]);
  });

  test("counts the same identifier once for each meter", async () => {
    expect(await useAt(organization, at("10:05:00"), { identifier: "one" })).toBe(true);
    const other = { identifier: "one", meter: "webhook_deliveries" } as const;
    expect(await useAt(organization, at("10:05:00"), other)).toBe(true);
  });

  test("of 25 at once with the same identifier one counts", async () => {
    const all = await Promise.all(
      Array.from({ length: 25 }, () =>
        useAt(organization, at("10:05:00"), { identifier: "same", quantity: 7 }),
      ),
    );
    expect(all.filter(Boolean)).toHaveLength(1);
    await fold(at("11:30:00"));
    expect(await hoursOf(organization)).toMatchObject([{ quantity: 7 }]);
  });

  test("is undone with its transaction, and asks for nothing then", async () => {
    const failed = transact(usageDoor(organization, at("10:05:00")), "write", async (ctx) => {
      await recordUsage(ctx, "api_calls", 1, "undone");
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await rawRecords()).toEqual([]);
    expect(await asked("usage.fold")).toEqual([]);
  });

  test("refuses what is no quantity", async () => {
    const wrong = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, quantityMax + 1, 2 ** 53];
    for (const quantity of wrong) {
      await expect(useAt(organization, at("10:05:00"), { quantity })).rejects.toThrow(RangeError);
    }
  });

  test("refuses what is no identifier and no meter", async () => {
    for (const identifier of ["", "x".repeat(201), "a\0b"]) {
      await expect(useAt(organization, at("10:05:00"), { identifier })).rejects.toThrow(RangeError);
    }
    const unknown = "toString" as "api_calls";
    await expect(useAt(organization, at("10:05:00"), { meter: unknown })).rejects.toThrow(RangeError);
  });

  test("asks once an hour for all meters, for a time after the hour's end", async () => {
    const soon = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 + 1_000);
    await Promise.all(Array.from({ length: 10 }, () => useAt(organization, soon)));
    await useAt(organization, soon, { meter: "webhook_deliveries" });
    const [run, ...more] = await asked("usage.fold");
    expect(more).toEqual([]);
    expect(run).toEqual(foldTime(organization.id, soon));
    const afterEnd = (run?.getTime() ?? 0) - (soon.getTime() - 1_000 + 3_600_000);
    expect(afterEnd).toBeGreaterThanOrEqual(120_000);
    expect(afterEnd).toBeLessThan(600_000);
  });
});

describe("foldUsage", () => {
  test("adds up each hour that has ended, and leaves the present one", async () => {
    await useAt(organization, at("09:59:59.999"), { quantity: 1 });
    await useAt(organization, at("10:00:00"), { quantity: 20 });
    await useAt(organization, at("10:59:59.999"), { quantity: 300 });
    await useAt(organization, at("10:30:00"), { quantity: 5, meter: "webhook_deliveries" });
    await useAt(organization, at("11:00:00"), { quantity: 4_000 });
    expect(await fold(at("11:05:00"))).toBe(2);
    const common = { state: "unbilled" };
    expect(await hoursOf(organization)).toEqual([
      { ...common, meter: "api_calls", hour: "2026-11-20T09:00:00.000Z", quantity: 1 },
      { ...common, meter: "api_calls", hour: "2026-11-20T10:00:00.000Z", quantity: 320 },
      { ...common, meter: "webhook_deliveries", hour: "2026-11-20T10:00:00.000Z", quantity: 5 },
    ]);
    expect(await fold(at("11:05:00"))).toBe(0);
  });

  test("of ten at once each number is added up once", async () => {
    for (let one = 0; one < 5; one++) await useAt(organization, at("10:10:00"), { quantity: 10 });
    await Promise.all(Array.from({ length: 10 }, () => fold(at("11:05:00"))));
    expect(await hoursOf(organization)).toMatchObject([{ quantity: 50 }]);
  });

  test("what comes after its hour was added up counts for the present one, and no number changes", async () => {
    await useAt(organization, at("10:10:00"), { quantity: 10 });
    await fold(at("11:05:00"));
    await useAt(organization, at("10:59:00"), { quantity: 7 });
    await fold(at("11:06:00"));
    expect(await hoursOf(organization)).toMatchObject([{ quantity: 10 }]);
    await fold(at("12:05:00"));
    expect(await hoursOf(organization)).toMatchObject([
      { hour: "2026-11-20T10:00:00.000Z", quantity: 10 },
      { hour: "2026-11-20T11:00:00.000Z", quantity: 7 },
    ]);
  });

  test("nothing is lost or doubled while others go on recording", async () => {
    let recorded = 0;
    const record = async () => {
      for (let one = 0; one < 12; one++) {
        await useAt(organization, at("10:30:00"), { quantity: 1 });
        recorded += 1;
      }
    };
    const adding = async () => {
      for (let one = 0; one < 8; one++) await fold(at("11:05:00"));
    };
    await Promise.all([record(), record(), adding(), adding()]);
    await fold(at("12:05:00"));
    const hours = await hoursOf(organization);
    expect(hours.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(recorded);
    expect(hours.length).toBeLessThanOrEqual(2);
  });

  test("a number that stands cannot be changed by anything that a tenant's login may say", async () => {
    await useAt(organization, at("10:10:00"), { quantity: 10 });
    await fold(at("11:05:00"));
    const change = tenancy().withTenant(organization.id, { readOnly: false }, (db) =>
      db.usageHour.updateMany({ data: { quantity: 11n } }),
    );
    await expect(change).rejects.toThrow(/permission denied/);
  });

  test("records go a day after they were added up", async () => {
    await useAt(organization, at("10:10:00"));
    await fold(at("11:05:00"));
    expect(await rawRecords()).toHaveLength(1);
    await fold(new Date("2026-11-21T10:59:00Z"));
    expect(await rawRecords()).toHaveLength(1);
    await fold(new Date("2026-11-21T11:00:00Z"));
    expect(await rawRecords()).toEqual([]);
    expect(await hoursOf(organization)).toHaveLength(1);
  });

  test("what a job left undone is asked for again, and hours go after 25 months", async () => {
    await useAt(organization, at("10:10:00"));
    await fold(at("11:05:00"));
    await useAt(organization, at("12:10:00"));
    await ownerPool("main").query("DELETE FROM astra.outbox WHERE tenant_id = $1", [organization.id]);
    await trimOne(usageDoor(organization, at("14:10:00")));
    expect(await asked("usage.fold")).toEqual([]);
    await trimOne(usageDoor(organization, at("15:10:00")));
    expect(await asked("usage.fold")).toHaveLength(1);
    await trimOne(usageDoor(organization, new Date("2028-12-31T23:00:00Z")));
    expect(await hoursOf(organization)).toHaveLength(1);
    await trimOne(usageDoor(organization, new Date("2029-01-01T00:00:00Z")));
    expect(await hoursOf(organization)).toEqual([]);
  });
});
