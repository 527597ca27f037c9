import {
  createLoader,
  parseAsBoolean,
  parseAsIsoDateTime,
  parseAsString,
  parseAsStringLiteral,
  type inferParserType,
} from "nuqs/server";
import type { Inputs } from "#app/_trpc/types.ts";
import { pageSize, pagingParsers } from "#app/_ui/data-table/paging.ts";
import { AuditFilter } from "#server/audit/schema.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Spans of time up to now. */
export const ranges = {
  "1h": { label: "Last hour", ms: hourMs },
  "24h": { label: "Last 24 hours", ms: dayMs },
  "7d": { label: "Last 7 days", ms: 7 * dayMs },
  "30d": { label: "Last 30 days", ms: 30 * dayMs },
  "90d": { label: "Last 90 days", ms: 90 * dayMs },
} as const;
export type Range = keyof typeof ranges;

export const actorKindNames = ["member", "api_key", "operator", "system", "anonymous"] as const;

/** The state of the log's list as it stands in the address. */
export const auditSearch = {
  q: parseAsString.withDefault(""),
  actor: parseAsString,
  kind: parseAsStringLiteral(actorKindNames),
  /** A whole action, or the beginning of several: "projects." */
  action: parseAsString,
  type: parseAsString,
  target: parseAsString,
  ip: parseAsString,
  /** Leaves out what was only looked at. */
  changes: parseAsBoolean.withDefault(false),
  /** A span up to now, or with `from` and `to` any other. */
  range: parseAsStringLiteral(Object.keys(ranges) as Range[]),
  from: parseAsIsoDateTime,
  to: parseAsIsoDateTime,
  ...pagingParsers,
};

/** What stands open beside the list, and what is under way; each in the address, so that a reload keeps it. */
export const auditPanels = {
  /** An entry's id. */
  entry: parseAsString,
  /** "new", or the id of an export. */
  export: parseAsString,
  /** The id of a verification. */
  verify: parseAsString,
  live: parseAsBoolean.withDefault(false),
};

export const loadAuditSearch = createLoader({ ...auditSearch, ...auditPanels });

export type AuditSearch = inferParserType<typeof auditSearch>;

/** Unsets every filter, and the page with them. */
export const noFilters = {
  q: null,
  actor: null,
  kind: null,
  action: null,
  type: null,
  target: null,
  ip: null,
  changes: null,
  range: null,
  from: null,
  to: null,
  cursor: null,
  page: null,
};

const liveRows = 100;

/** Where a span begins, to the minute: server and browser must build the same call within it. */
export function rangeStart(range: Range, now: number): Date {
  return new Date(Math.floor((now - ranges[range].ms) / minuteMs) * minuteMs);
}

/** What the list, an export and a download choose by. An address may hold anything: what cannot be is left out. */
export function filterOf(search: AuditSearch, rangeFrom: Date | null): AuditFilter {
  const { shape } = AuditFilter;
  const from = rangeFrom ?? search.from;
  return {
    ...valid(shape.search, "search", search.q || undefined),
    ...valid(shape.actorId, "actorId", search.actor),
    ...(search.kind ? { actorKind: search.kind } : {}),
    ...valid(shape.action, "action", search.action),
    ...valid(shape.targetType, "targetType", search.type),
    ...valid(shape.targetId, "targetId", search.target),
    ...valid(shape.ip, "ip", search.ip),
    ...(search.changes ? { changesOnly: true } : {}),
    ...(from ? { from } : {}),
    ...(search.to && !rangeFrom ? { to: search.to } : {}),
  };
}

type Schema<Value> = { safeParse: (value: unknown) => { success: boolean; data?: Value | undefined } };

function valid<Name extends string, Value>(
  schema: Schema<Value>,
  name: Name,
  value: unknown,
): Partial<Record<Name, NonNullable<Value>>> {
  const { success, data } = schema.safeParse(value ?? undefined);
  if (!success || data === undefined || data === null) return {};
  // One name, one value: TypeScript widens a computed name to any text.
  return { [name]: data } as Partial<Record<Name, NonNullable<Value>>>;
}

/** The call behind the list. A live list shows the newest entries and has no pages. */
export function auditInput(
  search: AuditSearch,
  parts: { live: boolean; rangeFrom: Date | null },
): NonNullable<Inputs["audit"]["list"]> {
  const filter = filterOf(search, parts.rangeFrom);
  if (parts.live) return { ...filter, limit: liveRows };
  return { ...filter, ...(search.cursor ? { cursor: search.cursor } : {}), limit: pageSize };
}

/** Whether anything narrows the list, so that an empty one is "no results" and not "first use". */
export function isNarrowed(search: AuditSearch): boolean {
  const { cursor: _cursor, page: _page, ...filters } = search;
  return Object.values(filters).some((value) => value !== null && value !== "" && value !== false);
}
