import { z } from "zod";
import {
  CreateEndpoint,
  schedulePresets,
  type SchedulePreset,
  type UpdateEndpoint,
  type WebhookEndpoint,
} from "#server/webhooks/schema.ts";

const { shape } = CreateEndpoint;
const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** "5s, 5m, 1h" as seconds; null where it is not such a list. */
export function readPauses(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  const pauses = parts.map((part) => {
    const [, many = "", unit = "s"] = /^(\d{1,6})([smhd])?$/i.exec(part) ?? [];
    return many === "" ? Number.NaN : Number(many) * (unitSeconds[unit.toLowerCase()] ?? 1);
  });
  return pauses.every((pause) => Number.isSafeInteger(pause) && pause > 0) ? pauses : null;
}

/** The list of pauses as one types it. */
export function writePauses(pauses: readonly number[]): string {
  return pauses
    .map((pause) => {
      const [unit, size] = Object.entries(unitSeconds).findLast(([, of]) => pause % of === 0) ?? ["s", 1];
      return `${pause / size}${unit}`;
    })
    .join(", ");
}

const wholeOrNothing = /^\d{0,4}$/;
const OneHeader = z.object({
  name: shape.headers.unwrap().element.shape.name,
  value: z.string(),
  /** It stands there already, with a value that is shown to nobody. */
  known: z.boolean(),
});

/** What the editor of an endpoint holds; numbers and lists as they are typed. */
export const EndpointForm = z
  .object({
    url: shape.url,
    description: shape.description.unwrap(),
    types: shape.types.unwrap(),
    payload: shape.payload.unwrap(),
    headers: z.array(OneHeader),
    schedule: z.enum(["3", "8", "10", "own"]),
    pauses: z.string(),
    perSecond: z.string().trim().regex(wholeOrNothing, "Enter a whole number, or nothing."),
    concurrency: z
      .string()
      .trim()
      .regex(/^\d{1,4}$/, "Enter a whole number."),
  })
  .superRefine((values, context) => {
    const said = (path: (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    const problems = CreateEndpoint.safeParse(inputOf(values)).error?.issues ?? [];
    for (const { path, message } of problems) {
      const [field = ""] = path;
      if (field === "schedule") said(["pauses"], message);
      else if (field === "headers" || field === "perSecond" || field === "concurrency")
        said(
          path.map((part) => (typeof part === "symbol" ? String(part) : part)),
          message,
        );
    }
    if (values.schedule === "own" && readPauses(values.pauses) === null)
      said(["pauses"], "Write pauses like 5s, 5m, 1h.");
    for (const [index, { value, known }] of values.headers.entries())
      if (!known && value.trim() === "") said(["headers", index, "value"], "Enter a value.");
  });
export type EndpointForm = z.infer<typeof EndpointForm>;

/** The settings that stand in the form, as procedures take them. */
export function inputOf(values: EndpointForm): Required<CreateEndpoint> {
  const { headers, schedule, pauses, perSecond, concurrency, ...rest } = values;
  return {
    ...rest,
    headers: headers.map(({ name, value }) => (value.trim() === "" ? { name } : { name, value })),
    schedule: schedule === "own" ? (readPauses(pauses) ?? []) : schedule,
    perSecond: perSecond === "" ? null : Number(perSecond),
    concurrency: Number(concurrency),
  };
}

/** Of the settings those that differ from what the form began with. */
export function changesOf(before: EndpointForm, after: EndpointForm): Omit<UpdateEndpoint, "id" | "version"> {
  const [old, now] = [inputOf(before), inputOf(after)];
  const changed = (Object.keys(now) as (keyof typeof now)[]).filter(
    (name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, now[name]]));
}

/** What a new endpoint begins with. */
export const newEndpoint: EndpointForm = {
  url: "",
  description: "",
  types: ["*"],
  payload: "full",
  headers: [],
  schedule: "3",
  pauses: writePauses(schedulePresets["3"]),
  perSecond: "",
  concurrency: "10",
};

/** What the form of an endpoint begins with. */
export function valuesOf(endpoint: WebhookEndpoint): EndpointForm {
  const schedule: SchedulePreset | "own" = endpoint.schedulePreset ?? "own";
  return {
    url: endpoint.url,
    description: endpoint.description,
    types: [...endpoint.types],
    payload: endpoint.payload,
    headers: endpoint.headerNames.map((name) => ({ name, value: "", known: true })),
    schedule,
    pauses: writePauses(endpoint.schedule),
    perSecond: endpoint.perSecond === null ? "" : String(endpoint.perSecond),
    concurrency: String(endpoint.concurrency),
  };
}

/** One's own changes put on top of what somebody else has saved: where both changed the same, one's own stays. */
export function mergeEndpoint(before: EndpointForm, mine: EndpointForm, theirs: EndpointForm): EndpointForm {
  const pick = <Name extends keyof EndpointForm>(name: Name): EndpointForm[Name] =>
    JSON.stringify(mine[name]) === JSON.stringify(before[name]) ? theirs[name] : mine[name];
  return {
    url: pick("url"),
    description: pick("description"),
    types: pick("types"),
    payload: pick("payload"),
    headers: pick("headers"),
    schedule: pick("schedule"),
    pauses: pick("pauses"),
    perSecond: pick("perSecond"),
    concurrency: pick("concurrency"),
  };
}

const fieldWords: Record<keyof EndpointForm, string> = {
  url: "the address",
  description: "the description",
  types: "the events",
  payload: "the payload",
  headers: "the headers",
  schedule: "the schedule",
  pauses: "the schedule",
  perSecond: "the rate",
  concurrency: "how many go at once",
};

/** What differs between two states of the settings, in words. */
export function differencesOf(before: EndpointForm, after: EndpointForm): string[] {
  const names = (Object.keys(fieldWords) as (keyof EndpointForm)[]).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  return [...new Set(names.map((name) => fieldWords[name]))];
}
