import { expect, test } from "vitest";
import {
  daysOf,
  monthBeside,
  monthInput,
  seriesInput,
} from "#app/(console)/[org]/billing/usage/search-params.ts";
import { standing, usageBars } from "#app/(console)/[org]/billing/usage/words.ts";

const february = { from: new Date("2028-02-01T00:00:00Z"), to: new Date("2028-03-01T00:00:00Z") };

test("a month has the days of its calendar, and others beside it", () => {
  expect(daysOf(february)).toBe(29);
  expect(monthBeside("2026-01", -1)).toBe("2025-12");
  expect(monthBeside("2026-12", 1)).toBe("2027-01");
});

test("an address that names no month or no day of it shows the present month by the day", () => {
  expect(monthInput({ month: "2026-02" })).toEqual({ month: "2026-02" });
  for (const month of [null, "", "2026-13", "now"]) expect(monthInput({ month })).toEqual({});
  for (const day of [null, 0, 30, -1]) {
    expect(seriesInput(february, day, "api_calls")).toEqual({ meter: "api_calls", ...february, by: "day" });
  }
});

test("a day is asked for by its hours", () => {
  expect(seriesInput(february, 29, "api_calls")).toEqual({
    meter: "api_calls",
    from: new Date("2028-02-29T00:00:00Z"),
    to: new Date("2028-03-01T00:00:00Z"),
    by: "hour",
  });
});

test("bars are named by what they count", () => {
  const points = [{ at: new Date("2026-11-20T09:00:00Z"), quantity: 4 }];
  expect(usageBars({ meter: "api_calls", by: "hour", points })).toEqual([
    { label: "09:00 UTC", longLabel: "20 Nov, 09:00 UTC", values: [4] },
  ]);
  expect(usageBars({ meter: "api_calls", by: "day", points })).toMatchObject([
    { label: "20 Nov", longLabel: "Friday 20 November" },
  ]);
});

test.each([
  { used: 0, included: 10_000, words: "10,000 left", state: "room" },
  { used: 7_999, included: 10_000, words: "79% used, 2,001 left", state: "room" },
  { used: 8_000, included: 10_000, words: "80% used, 2,000 left", state: "near" },
  { used: 9_999, included: 10_000, words: "99% used, 1 left", state: "near" },
  {
    used: 10_000,
    included: 10_000,
    words: "All that is included is used; nothing is refused beyond it",
    state: "over",
  },
  { used: 12_000, included: 10_000, words: "2,000 more than is included; nothing is refused", state: "over" },
  { used: 12_000, included: null, words: "As much as you want is included", state: "open" },
])("$used of $included: $words", ({ used, included, words, state }) => {
  expect(standing(used, included)).toEqual({ words, state });
});
