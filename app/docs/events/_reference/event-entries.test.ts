import { expect, test } from "vitest";
import { eventTypes } from "#server/events/catalogue.ts";
import { schedulePresets } from "#server/webhooks/schema.ts";
import { envelopeFields, eventGroups } from "#app/docs/events/_reference/event-entries.ts";
import { pauseWords } from "#app/docs/events/_reference/pause-words.ts";

const entries = eventGroups().flatMap((group) => group.entries);

test("the page shows every type of the catalogue once, with its fields and a whole example", () => {
  expect(entries.map(({ type }) => type).toSorted()).toEqual([...eventTypes].toSorted());
  for (const { type, fields, example } of entries) {
    const envelope = JSON.parse(example) as Record<string, unknown> & { data: object };
    expect(Object.keys(envelope), type).toEqual(envelopeFields.map(([name]) => name));
    expect(Object.keys(envelope.data).toSorted(), type).toEqual(fields.map(([name]) => name).toSorted());
    expect(
      fields.filter(([, { description }]) => !description),
      type,
    ).toEqual([]);
  }
});

test("pauses are said in their largest whole unit, and make as many tries as is said", () => {
  expect([5, 60, 300, 3_600, 36_000, 86_400, 90].map(pauseWords)).toEqual([
    "5 seconds",
    "1 minute",
    "5 minutes",
    "1 hour",
    "10 hours",
    "1 day",
    "90 seconds",
  ]);
  for (const [tries, pauses] of Object.entries(schedulePresets))
    expect(pauses.length + 1).toBe(Number(tries));
});
