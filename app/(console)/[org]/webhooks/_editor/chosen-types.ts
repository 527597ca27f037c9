import type { EventTypeInfo } from "#server/events/schema.ts";

/** Types of events that are of one thing. */
export type EventKind = { name: string; label: string; types: EventTypeInfo[] };

/** Nobody chooses tests: they are sent by hand. */
const testType = "webhook.test";

/** What a type or a wildcard is of: "project" of "project.*". */
export function kindOf(type: string): string {
  return type.slice(0, Math.max(0, type.indexOf(".")));
}

/** The catalogue as one chooses from it. */
export function kindsOf(types: readonly EventTypeInfo[]): EventKind[] {
  const groups = Map.groupBy(
    types.filter(({ type }) => type !== testType),
    ({ type }) => kindOf(type),
  );
  return [...groups].map(([name, of]) => ({ name, label: of[0]?.kind ?? name, types: of }));
}

/**
 * The choice after one box. A type that is taken out of a whole kind leaves the others of it, one by one; the last one
 * that is added makes no whole kind, for that holds what is still to come as well.
 */
export function toggled(
  chosen: readonly string[],
  name: string,
  on: boolean,
  kinds: readonly EventKind[],
): string[] {
  const kind = kinds.find((one) => one.name === kindOf(name));
  const wildcard = `${kindOf(name)}.*`;
  if (name === wildcard) {
    const others = chosen.filter((one) => kindOf(one) !== kindOf(name));
    return on ? [...others, wildcard] : others;
  }
  if (on) return [...chosen.filter((one) => one !== name), name];
  const rest = chosen.filter((one) => one !== name && one !== wildcard);
  if (!chosen.includes(wildcard)) return rest;
  return [...rest, ...(kind?.types ?? []).map(({ type }) => type).filter((type) => type !== name)];
}
