/** What an endpoint or a poller gets of one event. */
export type Envelope = {
  /** The same on every try and replay: a receiver that has it already may leave it. */
  id: string;
  type: string;
  /** When it happened: ISO 8601 in UTC, with milliseconds. */
  timestamp: string;
  organization_id: string;
  /** The version of this type's data. */
  api_version: string;
  data: Record<string, unknown>;
};

/** An event's row, as far as its envelope needs it. */
export type EventRecord = { id: string; type: string; at: Date; data: unknown };

/**
 * Puts an event into its envelope. A thin one holds of the data the ids alone: who wants more asks for it, and gets
 * what is true then.
 */
export function envelopeOf(
  organizationId: string,
  { id, type, at, data }: EventRecord,
  payload: "full" | "thin" = "full",
): Envelope {
  // Written by emit() alone, whose schemas are objects.
  const whole = data as Record<string, unknown>;
  return {
    id,
    type,
    timestamp: at.toISOString(),
    organization_id: organizationId,
    api_version: apiVersion,
    data: payload === "full" ? whole : idsOf(whole),
  };
}

function idsOf(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([name]) => /^id$|Id$/.test(name)));
}

/** The one version of all types at present. */
export const apiVersion = "v1";
