import { expect, test } from "vitest";

import { after, periodEnd, share } from "./calendar.ts";

const seconds = (text: string) => Date.parse(`${text}T08:30:00Z`) / 1_000;
const month = { interval: "month", interval_count: 1 };

test("a subscription of the 31st renews on each month's last day and comes back to the 31st", () => {
  const anchor = seconds("2027-01-31");
  const days = ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"];
  let start = anchor;
  for (const day of days) {
    start = periodEnd(anchor, month, start);
    expect(start).toBe(seconds(day));
  }
  expect(periodEnd(seconds("2027-12-31"), month, seconds("2028-01-31"))).toBe(seconds("2028-02-29"));
});

test("years, weeks and several months are counted from the anchor", () => {
  expect(after(seconds("2028-02-29"), { interval: "year", interval_count: 1 }, 1)).toBe(
    seconds("2029-02-28"),
  );
  expect(after(seconds("2028-02-29"), { interval: "year", interval_count: 1 }, 4)).toBe(
    seconds("2032-02-29"),
  );
  expect(after(seconds("2027-11-30"), { interval: "month", interval_count: 3 }, 1)).toBe(
    seconds("2028-02-29"),
  );
  expect(after(seconds("2027-01-01"), { interval: "week", interval_count: 2 }, 1)).toBe(
    seconds("2027-01-15"),
  );
});

test("a share is exact and rounds halves away from zero", () => {
  expect(share(1, 1, 2)).toBe(1);
  expect(share(-1, 1, 2)).toBe(-1);
  expect(share(1_000, 1, 3)).toBe(333);
  expect(share(2_000, 1, 3)).toBe(667);
  expect(share(Number.MAX_SAFE_INTEGER, 2_678_399, 2_678_400)).toBe(9_007_195_891_838_043);
  for (let amount = -50; amount <= 50; amount += 1) expect(share(amount, 7, 7)).toBe(amount);
});
