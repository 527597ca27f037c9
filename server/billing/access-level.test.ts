import { describe, expect, test } from "vitest";

import { accessLevel, type AccessDecision, type SubscriptionState } from "./access-level.ts";

const now = new Date("2027-03-10T12:00:00Z");
const graceDays = 7;
const days = (count: number) => new Date(now.getTime() + count * 86_400_000);

const statuses = [
  null,
  "active",
  "trialing",
  "past_due",
  "unpaid",
  "paused",
  "incomplete",
  "incomplete_expired",
  "canceled",
  "something_new",
] as const;
type Status = (typeof statuses)[number];
type Expected = Pick<AccessDecision, "level" | "paidPlan" | "reason">;

const since = { never: null, today: days(0), inGrace: days(-6.99), afterGrace: days(-7) };
const ends = { never: null, later: days(1), now, before: days(-1) };
const levels = ["full", "grace", "read_only"] as const;

const never: Expected = { level: "full", paidPlan: false, reason: "never" };
const ended: Expected = { level: "full", paidPlan: false, reason: "ended" };

/** What each status means while no planned end has come; a function where more than the status counts. */
const meaning: Record<string, Expected | ((state: SubscriptionState) => Expected)> = {
  null: never,
  active: { level: "full", paidPlan: true, reason: "subscribed" },
  trialing: { level: "full", paidPlan: true, reason: "trial" },
  past_due: ({ unpaidSince }) =>
    unpaidSince === since.today || unpaidSince === since.inGrace
      ? { level: "grace", paidPlan: true, reason: "past_due" }
      : { level: "read_only", paidPlan: true, reason: "overdue" },
  unpaid: { level: "read_only", paidPlan: true, reason: "unpaid" },
  paused: { level: "read_only", paidPlan: true, reason: "paused" },
  incomplete: never,
  incomplete_expired: never,
  canceled: ended,
  something_new: ({ lastLevel }) => ({ level: lastLevel, paidPlan: true, reason: "unknown" }),
};

function expectedOf(status: Status, state: SubscriptionState, hasEnded: boolean): Expected {
  if (status !== null && hasEnded) return ended;
  const found = meaning[String(status)];
  if (!found) throw new Error(`No meaning for ${status}`);
  return typeof found === "function" ? found(state) : found;
}

const rows = statuses.flatMap((status) =>
  Object.entries(since).flatMap(([failing, unpaidSince]) =>
    Object.entries(ends).flatMap(([end, cancelAt]) =>
      levels.map((lastLevel) => ({
        status,
        failing,
        end,
        lastLevel,
        state: { status, unpaidSince, cancelAt, lastLevel },
      })),
    ),
  ),
);

describe("accessLevel", () => {
  test.each(rows)(
    "$status, failing since $failing, ends $end, before it $lastLevel",
    ({ status, end, state }) => {
      const expected = expectedOf(status, state, end === "now" || end === "before");
      expect(accessLevel(state, now, graceDays)).toMatchObject(expected);
    },
  );

  test("grace says when it ends, and ends at that very moment", () => {
    const state = { status: "past_due", unpaidSince: now, cancelAt: null, lastLevel: "full" as const };
    const { until } = accessLevel(state, now, graceDays);
    expect(until).toEqual(days(7));
    expect(accessLevel(state, new Date(days(7).getTime() - 1), graceDays).level).toBe("grace");
    expect(accessLevel(state, days(7), graceDays).level).toBe("read_only");
  });

  test("without days of grace a failed payment counts at once", () => {
    const state = { status: "past_due", unpaidSince: now, cancelAt: null, lastLevel: "full" as const };
    expect(accessLevel(state, now, 0).level).toBe("read_only");
  });
});
