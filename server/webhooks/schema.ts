import { z } from "zod";
import { pageInput } from "../platform/page-input.ts";
import { line } from "../platform/text.ts";

/** Pauses between tries, in seconds, by how many tries they make; the first is made at once. */
export const schedulePresets = {
  "3": [300, 3_600],
  "8": [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000],
  "10": [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000, 86_400, 86_400],
} as const;
export type SchedulePreset = keyof typeof schedulePresets;

const pauseSecondsMax = 604_800;
const pausesMax = 19;
const typesMax = 100;
const headersMax = 10;
const replayedMax = 200;
const overlapHoursMax = 168;

/** Upper ends of the steps by which tries are counted by how long they took, in milliseconds; one more step holds the rest. */
export const latencyStepsMs = [
  10, 20, 35, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 7_500, 10_000, 15_000,
  20_000, 30_000,
] as const;

/** Why a try failed, as far as the organization is told. */
export const deliveryErrors = {
  refused_url: "The address cannot be used.",
  blocked: "Astra does not send to this address.",
  unresolved: "The name was not found.",
  unreachable: "The receiver could not be reached.",
  tls: "The receiver's certificate or its encryption is not right.",
  timeout: "The receiver did not answer in time.",
  redirect: "The receiver answered with a redirect, which is not followed.",
  protocol: "The answer could not be understood.",
  status: "The receiver did not accept the event.",
  gone: "The receiver answered that it wants no more events (410).",
  secret: "The endpoint's secrets could not be opened. Rotate its secret, and enter its headers again.",
} as const;
export type DeliveryError = keyof typeof deliveryErrors;
const errorNames = Object.keys(deliveryErrors) as [DeliveryError, ...DeliveryError[]];

/** An address of the organization's own; which ones may be reached is decided where they are. */
const EndpointUrl = z
  .string()
  .trim()
  .max(1_000, "Use at most 1000 characters.")
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ""), "Enter a whole address, https://….")
  .refine((text) => {
    const url = URL.parse(text);
    return !url || (url.username === "" && url.password === "");
  }, "Leave name and password out of the address.")
  .refine((text) => !URL.parse(text)?.hash, "Leave out what follows the #.");

/** A type of event, all of one kind ("project.*"), or all ("*"). */
const TypeFilter = z
  .string()
  .max(80)
  .regex(/^(?:\*|[a-z_]{1,40}\.(?:\*|[a-z_]{1,40}))$/, "Use a type like project.created, project.* or *.");
const TypeFilters = z.array(TypeFilter).min(1, "Choose at least one type.").max(typesMax);

const ownNames =
  /^(?:host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|date|via|user-agent|accept-encoding|proxy-.*|sec-.*|webhook-.*)$/;

const HeaderName = z
  .string()
  .trim()
  .max(100, "Use at most 100 characters.")
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "Use letters, digits and hyphens.")
  .refine((name) => !ownNames.test(name.toLowerCase()), "This header is Astra's own.");

// Printable ASCII: what may stand in a header.
const HeaderValue = z
  .string()
  .trim()
  .min(1, "Say something here.")
  .max(2_000, "Use at most 2000 characters.")
  .regex(/^[\x20-\x7e]+$/, "Use plain characters.");

const Headers = z
  .array(
    z.strictObject({
      name: HeaderName,
      /** Left out, the value that was entered before stays. */
      value: HeaderValue.optional(),
    }),
  )
  .max(headersMax, `Use at most ${headersMax} headers.`)
  .refine(
    (headers) => new Set(headers.map(({ name }) => name.toLowerCase())).size === headers.length,
    "Name each header once.",
  );

const Schedule = z.union([
  z.enum(["3", "8", "10"]),
  z.array(z.int().min(1).max(pauseSecondsMax)).max(pausesMax, `Use at most ${pausesMax} pauses.`),
]);

const endpointFields = {
  url: EndpointUrl,
  description: z.union([z.literal(""), line(200)]),
  types: TypeFilters,
  /** Whether the data goes along, or only what happened to whom. */
  payload: z.enum(["full", "thin"]),
  headers: Headers,
  /** Pauses between tries in seconds, or how many tries one of our own schedules makes. */
  schedule: Schedule,
  /** Most requests in a second; null for no limit. */
  perSecond: z.int().min(1).max(1_000).nullable(),
  /** Most requests at once. */
  concurrency: z.int().min(1).max(100),
};

export const CreateEndpoint = z.strictObject({
  ...endpointFields,
  description: endpointFields.description.default(""),
  types: endpointFields.types.default(["*"]),
  payload: endpointFields.payload.default("full"),
  headers: endpointFields.headers.default([]),
  schedule: endpointFields.schedule.default("3"),
  perSecond: endpointFields.perSecond.default(null),
  concurrency: endpointFields.concurrency.default(10),
});
export type CreateEndpoint = z.infer<typeof CreateEndpoint>;

/** What is left out stays as it is; headers are replaced as a whole. */
export const UpdateEndpoint = z
  .strictObject({
    id: z.uuid(),
    /** As it was read; refused when somebody has changed the endpoint since. */
    version: z.int().min(1).optional(),
    ...z.strictObject(endpointFields).partial().shape,
  })
  .refine(
    ({ id: _id, version: _version, ...changes }) =>
      Object.values(changes).some((value) => value !== undefined),
    "Say what to change.",
  );
export type UpdateEndpoint = z.infer<typeof UpdateEndpoint>;

export const EndpointById = z.strictObject({ id: z.uuid() });
export type EndpointById = z.infer<typeof EndpointById>;

export const NoInput = z.strictObject({}).optional();

export const ResumeEndpoint = z.strictObject({
  id: z.uuid(),
  /** Whether what came while it was stopped is sent now, or stays listed. */
  held: z.enum(["send", "leave"]).default("send"),
});
export type ResumeEndpoint = z.infer<typeof ResumeEndpoint>;

export const RotateSecret = z.strictObject({
  id: z.uuid(),
  /** How long the old secret signs beside the new one. */
  overlapHours: z.int().min(0).max(overlapHoursMax).default(24),
});
export type RotateSecret = z.infer<typeof RotateSecret>;

export const ReplayDeliveries = z.strictObject({
  ids: z
    .array(z.uuid())
    .min(1, "Choose at least one delivery.")
    .max(replayedMax, `Choose at most ${replayedMax} deliveries.`),
});
export type ReplayDeliveries = z.infer<typeof ReplayDeliveries>;

export const RecoverEndpoint = z.strictObject({
  id: z.uuid(),
  /** Of events that happened at this moment or later. */
  since: z.date(),
  /** Which of what is undelivered: given up, or held while the endpoint was stopped. */
  states: z
    .array(z.enum(["dead", "held"]))
    .min(1)
    .max(2)
    .default(["dead", "held"]),
});
export type RecoverEndpoint = z.infer<typeof RecoverEndpoint>;

export const endpointStates = ["active", "paused", "disabled"] as const;
export type EndpointState = (typeof endpointStates)[number];
export const deliveryStates = ["pending", "delivered", "dead", "held", "canceled"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

export const ListEndpoints = z.strictObject({ ...pageInput }).prefault({});
export type ListEndpoints = z.infer<typeof ListEndpoints>;

export const ListDeliveries = z
  .strictObject({
    endpointId: z.uuid().optional(),
    eventId: z.uuid().optional(),
    states: z.array(z.enum(deliveryStates)).min(1).max(deliveryStates.length).optional(),
    type: TypeFilter.optional(),
    errors: z.array(z.enum(errorNames)).min(1).max(errorNames.length).optional(),
    /** The first moment, and the one after the last. */
    from: z.date().optional(),
    to: z.date().optional(),
    ...pageInput,
  })
  .prefault({});
export type ListDeliveries = z.infer<typeof ListDeliveries>;

export const healthRanges = ["24h", "7d", "30d"] as const;
export const EndpointHealthOf = z.strictObject({ id: z.uuid(), range: z.enum(healthRanges).default("24h") });
export type EndpointHealthOf = z.infer<typeof EndpointHealthOf>;

/** Beyond this a count says no more than "many". */
export const countedMax = 1_000;

/** What has not arrived: waiting, held while the endpoint was stopped, given up. 1,001 means more than 1,000. */
export type QueueDepth = { pending: number; held: number; dead: number };

export type WebhookEndpoint = {
  id: string;
  url: string;
  description: string;
  types: string[];
  payload: "full" | "thin";
  /** Names of its own headers; their values are shown to nobody. */
  headerNames: string[];
  /** Pauses between tries, in seconds; one try more than there are pauses. */
  schedule: number[];
  /** Which of our own schedules it is; null for another. */
  schedulePreset: SchedulePreset | null;
  perSecond: number | null;
  concurrency: number;
  state: EndpointState;
  /** Why it is disabled: nothing but failures for days, or the receiver has answered 410. */
  disabledFor: "failing" | "gone" | null;
  /** Since when it is paused or disabled. */
  stoppedAt: Date | null;
  /** Since when nothing but failures; null while something arrives. */
  failingSince: Date | null;
  deliveredAt: Date | null;
  lastError: { error: DeliveryError; status: number | null; at: Date } | null;
  /** Nothing is sent before: the receiver has asked for a pause. */
  nextSendAt: Date | null;
  /** Until then the secret before the present one signs as well. */
  overlapUntil: Date | null;
  createdBy: string | null;
  createdAt: Date;
  updatedAt: Date;
  version: number;
};

export type WebhookEndpointRow = WebhookEndpoint & {
  queue: QueueDepth;
  /** Tries of the last 24 hours. */
  lastDay: { delivered: number; failed: number };
};

/** What a name's look-up says of an address at the moment of saving; it is looked at again at each try. */
export type AddressHint = "unresolved" | "blocked" | null;

export type DeliveryRow = {
  id: string;
  endpoint: { id: string; url: string; description: string };
  eventId: string;
  type: string;
  state: DeliveryState;
  /** Tries in all. */
  attempts: number;
  /** When it is tried next; null for at once, or for one that does not wait. */
  nextTryAt: Date | null;
  /** Of the last try. */
  error: DeliveryError | null;
  status: number | null;
  durationMs: number | null;
  createdAt: Date;
  settledAt: Date | null;
};

/** A value is null for one of the organization's own headers, which are not shown. */
export type ShownHeader = { name: string; value: string | null };

export type DeliveryAttempt = {
  number: number;
  at: Date;
  error: DeliveryError | null;
  status: number | null;
  connectMs: number;
  headersMs: number;
  bodyMs: number;
  totalMs: number;
  requestHeaders: ShownHeader[];
  responseHeaders: ShownHeader[];
  /** The first 16 KiB as UTF-8; null for none. */
  responseBody: string | null;
  truncated: boolean;
  /** The form of the body that was sent; null where it was not noted. */
  payload: "full" | "thin" | null;
};

export type WebhookDelivery = DeliveryRow & {
  /** Of the last try; before the first one, as the endpoint wants it now. */
  payload: "full" | "thin";
  /** The body in that form. */
  body: string;
  /** The newest first. */
  tries: DeliveryAttempt[];
  /** What sends the same by hand; the organization's own headers stand in it by name. */
  curl: string;
};

export type HealthHour = { at: Date; delivered: number; failed: number; p95Ms: number | null };

export type EndpointHealth = {
  /** One an hour, the oldest first, hours without a try included. */
  hours: HealthHour[];
  delivered: number;
  failed: number;
  /** From 0 to 1; null without a try. */
  successRate: number | null;
  /** Upper bound of the class in which it lies. */
  p95Ms: number | null;
  queue: QueueDepth;
  /** When the oldest that waits has happened. */
  oldestPendingAt: Date | null;
  lastErrors: {
    deliveryId: string;
    type: string;
    error: DeliveryError;
    status: number | null;
    state: DeliveryState;
    at: Date;
  }[];
};

/** What is undelivered of an endpoint, by why. */
export type UndeliveredGroup = {
  endpoint: { id: string; url: string; description: string };
  state: "dead" | "held";
  /** Null for what was never tried. */
  error: DeliveryError | null;
  status: number | null;
  count: number;
  oldestAt: Date;
  newestAt: Date;
};

export type WebhookRecovery = {
  id: string;
  endpointId: string;
  since: Date;
  through: Date;
  states: ("dead" | "held")[];
  state: "waiting" | "running" | "done" | "failed";
  done: number;
  /** While it waits 1,001 means more than 1,000; the job counts up to 100,000, and beyond that as it goes on. */
  total: number;
  /** Null when nobody goes by it any more, or a key has asked. */
  requestedBy: string | null;
  createdAt: Date;
  finishedAt: Date | null;
};
