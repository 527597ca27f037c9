import { describe, expect, test } from "vitest";
import { events, eventTypes, isTypeFilter, kindName, kindOf } from "./catalogue.ts";
import { envelopeOf } from "./envelope.ts";

const at = new Date("2026-11-21T12:00:00.123Z");

describe.each(eventTypes)("%s", (type) => {
  const { data, example, description } = events[type];

  test("has an example that its own schema takes, and a sentence", () => {
    expect(data.parse(example)).toEqual(example);
    expect(description).toMatch(/^[A-Z].{10,}\.$/);
  });

  test("explains each field", () => {
    const silent = Object.entries(data.shape).filter(
      ([, field]) => !/^[A-Z].+[.…]$/.test(field.description ?? ""),
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  test("is of a kind that has a name, and tells by ids whom it is about when it is thin", () => {
    expect(kindName(kindOf(type))).not.toBe(kindOf(type));
    const thin = envelopeOf("an organization", { id: "an event", type, at, data: example }, "thin");
    const ids = Object.keys(example).filter((name) => name === "id" || name.endsWith("Id"));
    expect(Object.keys(thin.data)).toEqual(ids);
  });
});

test("an envelope has the fields that are documented, in their order", () => {
  const data = events["project.created"].example;
  const envelope = envelopeOf("an organization", { id: "an event", type: "project.created", at, data });
  expect(JSON.stringify(envelope)).toBe(
    `{"id":"an event","type":"project.created","timestamp":"2026-11-21T12:00:00.123Z",` +
      `"organization_id":"an organization","api_version":"v1","data":${JSON.stringify(data)}}`,
  );
});

test.each([
  ["*", true],
  ["project.*", true],
  ["project.created", true],
  ["webhook_endpoint.*", true],
  ["webhook.test", false],
  ["webhook.*", false],
  ["project.exploded", false],
  ["projects.*", false],
  ["toString", false],
  ["", false],
])("endpoints may choose %j: %s", (filter, may) => {
  expect(isTypeFilter(filter)).toBe(may);
});
