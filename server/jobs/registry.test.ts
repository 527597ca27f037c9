import { expect, test } from "vitest";
import { z } from "zod";
import { jobs, queueConcurrency, type JobDefinition } from "./registry.ts";

const all = Object.entries<JobDefinition>(jobs);

type Property = { format?: string; type?: string; enum?: unknown[]; pattern?: string };

/** An id, a number, one of a closed set, or a name of ours: nothing that could quote an organization's data. */
function isReference({ format, type, enum: closed, pattern }: Property): boolean {
  return format === "uuid" || type === "integer" || closed !== undefined || pattern !== undefined;
}

test.each(all)("the payload of %s holds ids, and nothing beside them", (_name, { payload }) => {
  const { type, properties, additionalProperties } = z.toJSONSchema(payload);
  expect({ type, additionalProperties }).toEqual({ type: "object", additionalProperties: false });
  const open = Object.entries(properties ?? {}).filter(([, one]) => !isReference(one as Property));
  expect(open).toEqual([]);
});

test.each(all)("%s has an end: tries, pauses and time are bounded", (_name, { queue, ...bounds }) => {
  expect(queueConcurrency[queue]).toBeGreaterThan(0);
  expect(bounds.attempts).toBeGreaterThan(0);
  expect(bounds.backoffMs).toBeGreaterThan(0);
  expect(bounds.deadlineMs).toBeGreaterThan(0);
});
