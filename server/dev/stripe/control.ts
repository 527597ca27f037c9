// What tests and the launcher may do beside the API: play with time, payments, events and answers.
import { z } from "zod";

import { advanceCustomer } from "./customer-clock.ts";
import { liveCustomer } from "./customers.ts";
import type { Deliveries } from "./deliveries.ts";
import { makeEndpoint } from "./events.ts";
import type { Kind, World } from "./world.ts";

const Advance = z.strictObject({
  seconds: z.int().min(1),
  /** For this customer alone, who from then on has a test clock. */
  customer: z.string().nullable().default(null),
});
const Release = z.strictObject({
  order: z.enum(["made", "reversed", "shuffled"]).default("made"),
  copies: z.int().min(0).max(100).default(1),
});
const Drop = z.strictObject({ type: z.string().default("*"), count: z.int().min(1) });
const Resend = z.strictObject({ event: z.string(), copies: z.int().min(1).max(1_000).default(1) });
const Outcome = z.strictObject({
  code: z.string(),
  customer: z.string().nullable().default(null),
  times: z.int().min(1).max(100).default(1),
});
const Fail = z.strictObject({
  /** 200 for an answer that nobody expects. */
  status: z.union([z.literal(200), z.int().min(400).max(599)]),
  count: z.int().min(1).default(1),
  method: z.string().optional(),
  path: z.string().optional(),
  /** The request is carried out all the same; only its answer is lost. */
  applied: z.boolean().default(false),
  /** Whoever asks again with the same idempotency key gets the same failure. */
  remembered: z.boolean().default(false),
  body: z.string().default('{"message":"upstream request failed"}'),
});
const Retries = z.strictObject({
  days: z.array(z.int().min(1)).max(8),
  afterwards: z.enum(["cancel", "unpaid", "pause", "past_due"]),
  /** For this customer alone. */
  customer: z.string().nullable().default(null),
});
const Endpoint = z.strictObject({
  url: z.url(),
  secret: z.string().min(1),
  events: z.array(z.string()).default(["*"]),
  /** Every other endpoint goes. */
  alone: z.boolean().default(false),
});
const Secrets = z.strictObject({ endpoint: z.string(), secrets: z.array(z.string().min(1)).min(1).max(2) });
const Emit = z.strictObject({
  type: z.string(),
  object: z.string(),
  count: z.int().min(1).max(10_000).default(1),
});
const Nothing = z.strictObject({});

type Fault = z.infer<typeof Fail> & { left: number };

/** Answers that go wrong on purpose, without Stripe's envelope. */
export class Faults {
  private readonly planned: Fault[] = [];

  add(fault: z.infer<typeof Fail>): void {
    this.planned.push({ ...fault, left: fault.count });
  }

  take(method: string, path: string): Fault | undefined {
    const found = this.planned.find(
      (one) =>
        one.left > 0 && (!one.method || one.method === method) && (!one.path || path.startsWith(one.path)),
    );
    if (found) found.left -= 1;
    return found;
  }
}

type Parts = { world: World; deliveries: Deliveries; faults: Faults; tick: () => void };

type Act = (parts: Parts, body: unknown) => unknown;

function act<T>(schema: z.ZodType<T>, run: (parts: Parts, input: T) => unknown): Act {
  return (parts, body) => run(parts, schema.parse(body));
}

const ACTS: Record<string, Act> = {
  advance: act(Advance, ({ world, deliveries, tick }, { seconds, customer }) => {
    if (customer === null) world.ahead += seconds;
    tick();
    if (customer === null) return { now: world.now() };
    const { result, events } = world.act(() => advanceCustomer(world, customer, seconds));
    deliveries.accept(events);
    return result;
  }),
  retries: act(Retries, ({ world }, { customer, ...retries }) => {
    if (customer === null) world.retries = retries;
    else world.hide(liveCustomer(world, customer).id, { retries });
    return retries;
  }),
  outcome: act(Outcome, ({ world }, { code, customer, times }) => {
    for (let time = 0; time < times; time += 1) world.outcomes.push({ code, customer });
    return { planned: world.outcomes.length };
  }),
  fail: act(Fail, ({ faults }, fault) => {
    faults.add(fault);
    return {};
  }),
  hold: act(Nothing, ({ deliveries }) => {
    deliveries.hold();
    return deliveries.counts();
  }),
  release: act(Release, ({ deliveries }, { order, copies }) => ({
    released: deliveries.release(order, copies),
  })),
  drop: act(Drop, ({ deliveries }, { type, count }) => {
    deliveries.drop(type, count);
    return {};
  }),
  resend: act(Resend, ({ world, deliveries }, { event, copies }) => {
    deliveries.resend(world.get("event", event), copies);
    return {};
  }),
  emit: act(Emit, ({ world, deliveries }, { type, object, count }) =>
    emit(world, deliveries, type, object, count),
  ),
  endpoint: act(Endpoint, ({ world }, wanted) => ensureEndpoint(world, wanted)),
  secrets: act(Secrets, ({ world }, { endpoint, secrets }) => {
    world.get("webhook_endpoint", endpoint);
    world.hide(endpoint, { secrets });
    return {};
  }),
  idle: act(Nothing, async ({ deliveries }) => {
    await deliveries.idle();
    return deliveries.counts();
  }),
};

/** Answers the control plane: POST acts with a JSON body, GET `deliveries` shows every attempt. */
export async function answerControl(
  parts: Parts,
  method: string,
  path: string,
  body: string,
): Promise<{ status: number; body: unknown }> {
  const name = path.slice("/_control/".length);
  if (method === "GET" && name === "deliveries")
    return { status: 200, body: { ...parts.deliveries.counts(), attempts: parts.deliveries.log } };
  const run = method === "POST" && Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
  if (!run) return { status: 404, body: { problem: `There is no ${name}` } };
  try {
    return { status: 200, body: await run(parts, JSON.parse(body || "{}")) };
  } catch (error) {
    return { status: 400, body: { problem: error instanceof Error ? error.message : "Wrong" } };
  }
}

function emit(
  world: World,
  deliveries: Deliveries,
  type: string,
  id: string,
  count: number,
): { events: string[] } {
  const { events } = world.act(() => {
    for (const kind of Object.keys(world.tables)) {
      // The keys of the tables are the kinds.
      const found = world.find(kind as Kind, id);
      if (found) for (let copy = 0; copy < count; copy += 1) world.emit(type, found);
    }
  });
  deliveries.accept(events);
  return { events: events.map((event) => event.id) };
}

/** The one endpoint of an address, with this secret and these events: made, or brought up to date. */
function ensureEndpoint(
  world: World,
  { url, secret, events, alone }: z.infer<typeof Endpoint>,
): { id: string } {
  if (alone)
    for (const one of world.all("webhook_endpoint"))
      if (one.url !== url) world.remove("webhook_endpoint", one.id);
  const known = world.all("webhook_endpoint").find((one) => one.url === url);
  if (!known) return { id: makeEndpoint(world, url, events, secret).id };
  world.change("webhook_endpoint", known.id, { enabled_events: events, status: "enabled" }, null);
  world.hide(known.id, { secrets: [secret] });
  return { id: known.id };
}
