import { expect, test } from "vitest";
import { healthBars } from "#app/(console)/[org]/webhooks/[endpointId]/health-bars.ts";

const hourMs = 3_600_000;
const first = Date.UTC(2026, 2, 9, 14);

function hours(many: number) {
  return Array.from({ length: many }, (_, index) => ({
    at: new Date(first + index * hourMs),
    delivered: 2,
    failed: index % 2,
    p95Ms: null,
  }));
}

test("a day is shown by the hour, a week by six hours, a month by the day, and nothing is left out", () => {
  for (const [many, bars, inFirst] of [
    [24, 24, [2, 0]],
    [168, 28, [12, 3]],
    [720, 30, [48, 12]],
  ] as const) {
    const drawn = healthBars(hours(many));
    expect(drawn).toHaveLength(bars);
    expect(drawn[0]?.values).toEqual(inFirst);
    expect(drawn.reduce((sum, { values }) => sum + (values[0] ?? 0), 0)).toBe(2 * many);
    expect(new Set(drawn.map(({ longLabel }) => longLabel)).size).toBe(bars);
  }
  expect(healthBars(hours(24))[0]).toMatchObject({ label: "14:00 UTC", longLabel: "9 Mar, 14:00 UTC" });
});
