import { z } from "zod";
import type { Schema } from "#server/api/rest/document.ts";
import { events, eventTypes, kindName, kindOf, type EventType } from "#server/events/catalogue.ts";
import { apiVersion, envelopeOf } from "#server/events/envelope.ts";
import { exampleIds } from "#server/events/types/define.ts";

/** A type of event as the page shows it. */
export type EventEntry = {
  type: EventType;
  description: string;
  fields: [string, Schema][];
  required: string[];
  /** The whole body, as it arrives. */
  example: string;
};

const exampleAt = new Date("2026-11-21T12:00:00.123Z");

/** Every type under what it is of, in the catalogue's order. */
export function eventGroups(): { kind: string; title: string; entries: EventEntry[] }[] {
  const groups = Map.groupBy(eventTypes, kindOf);
  return [...groups].map(([kind, types]) => ({
    kind,
    title: kindName(kind),
    entries: types.map(entryOf),
  }));
}

function entryOf(type: EventType): EventEntry {
  const { description, data, example } = events[type];
  // What zod answers is JSON Schema, of which ours is a part.
  const schema = z.toJSONSchema(data) as Schema;
  const envelope = envelopeOf(exampleIds.organization, {
    id: exampleIds.event,
    type,
    at: exampleAt,
    data: example,
  });
  return {
    type,
    description,
    fields: Object.entries(schema.properties ?? {}),
    required: schema.required ?? [],
    example: JSON.stringify(envelope, null, 2),
  };
}

/** The fields of an envelope. */
export const envelopeFields: [string, Schema][] = [
  [
    "id",
    { type: "string", format: "uuid", description: "The same on every try and replay, and in webhook-id." },
  ],
  ["type", { type: "string", description: "One of the types below." }],
  ["timestamp", { type: "string", format: "date-time", description: "When it happened, in UTC." }],
  ["organization_id", { type: "string", format: "uuid", description: "Whose event it is." }],
  ["api_version", { const: apiVersion, description: "The version of the data's shape." }],
  ["data", { type: "object", description: "By its type, as below; a thin event has only its ids." }],
];
