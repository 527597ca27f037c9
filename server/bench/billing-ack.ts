// From an event that Stripe has signed to our 200, with as many a second however long the answers take; then a burst, of
// which each event must be noted and acted upon. Over HTTP, through Next, with a worker that looks at the stand-in.
import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Stripe } from "stripe";
import { openStripe } from "../billing/client.ts";
import { syncCatalogue } from "../billing/sync-catalogue.ts";
import { startStripeStandIn } from "../dev/stripe/stand-in.ts";
import { platformDb } from "../platform/database.ts";
import { buildOrganization, closeConnections } from "../test/factories.ts";
import { progress, type Bench, type Report } from "./figure.ts";
import { median, quantile } from "./measure.ts";
import { processCpuMs } from "./server-cpu.ts";
import { post, startWeb, type Web } from "./web.ts";
import { memoryMB, startWorkerProcess } from "./webhook-processes.ts";

const perSecond = 100;
const warmUp = 500;
const measured = 6_000;
const burst = 5_000;
/** How many of a burst are under way at once. */
const atOnce = 200;
const customers = 25;
/** Before what was not taken is sent again, give or take a half. */
const pauseMs = 1_000;
const doneWithinMs = 600_000;

const secretKey = "sk_test_bench";
const secret = `whsec_${randomBytes(24).toString("hex")}`;

export const bench: Bench = {
  async run(report) {
    const standIn = await startStripeStandIn({ port: 0 });
    const env = {
      STRIPE_SECRET_KEY: secretKey,
      STRIPE_API_URL: standIn.url,
      STRIPE_WEBHOOK_SECRETS: secret,
    };
    const subscriptions = await buySubscriptions(openStripe({ secretKey, apiUrl: standIn.url }));
    progress("Building and starting the web process …");
    const web = await startWeb(env);
    const worker = await startWorkerProcess(env);
    const url = `${web.origin}/api/billing/webhooks`;
    const sender = new Sender(url, subscriptions);
    try {
      progress(`${perSecond} events a second: ${warmUp} to warm up, then ${measured} …`);
      await openLoop(sender, warmUp);
      const before = processCpuMs(web.pid);
      const times = await openLoop(sender, measured);
      reportAck(report, times, (processCpuMs(web.pid) - before) / measured);
      await allDone(sender.sent);
      await measureBurst(report, sender, web);
    } finally {
      await web.stop();
      worker.kill("SIGKILL");
      await standIn.close();
      await closeConnections();
    }
  },
};

/** Organizations that pay, whose subscriptions are what the events are about. */
async function buySubscriptions(stripe: Stripe): Promise<Stripe.Subscription[]> {
  await syncCatalogue(stripe);
  const { data } = await stripe.prices.list({ lookup_keys: ["astra_pro_month"] });
  const bought: Stripe.Subscription[] = [];
  for (let number = 0; number < customers; number++) {
    const { id: organizationId, name } = await buildOrganization({ plan: "free" });
    const { id: customer } = await stripe.customers.create({
      name,
      payment_method: "pm_card_visa",
      invoice_settings: { default_payment_method: "pm_card_visa" },
    });
    await platformDb().billingCustomer.create({
      data: { organizationId, customerId: customer },
      select: { organizationId: true },
    });
    bought.push(await stripe.subscriptions.create({ customer, items: [{ price: data[0]?.id ?? "" }] }));
  }
  return bought;
}

/** Sends events as Stripe does, each with an id of its own, and what is refused once more. */
class Sender {
  sent = 0;
  again = 0;
  readonly #url: string;
  readonly #subscriptions: readonly Stripe.Subscription[];

  constructor(url: string, subscriptions: readonly Stripe.Subscription[]) {
    this.#url = url;
    this.#subscriptions = subscriptions;
  }

  async send(): Promise<void> {
    const object = this.#subscriptions[this.sent % this.#subscriptions.length];
    this.sent += 1;
    const event = {
      id: `evt_${randomUUID().replaceAll("-", "")}`,
      object: "event",
      api_version: Stripe.API_VERSION,
      created: Math.floor(Date.now() / 1_000),
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type: "customer.subscription.updated",
      data: { object },
    };
    const body = JSON.stringify(event);
    for (;;) {
      const signature = Stripe.webhooks.generateTestHeaderString({ payload: body, secret });
      const status = await post(this.#url, body, { "stripe-signature": signature }).then(
        (answer) => answer.status,
        // Among others a kept connection that the other side has just closed.
        () => null,
      );
      if (status === 200) return;
      this.again += 1;
      // Whoever has too much to do already is not asked at once again.
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }
}

/** Sends so many a second, whether the ones before are answered or not. Answers each one's time, from when it was due. */
async function openLoop(sender: Sender, events: number): Promise<number[]> {
  const began = performance.now();
  const answers: Promise<number>[] = [];
  for (let event = 0; event < events; event++) {
    const due = began + (event * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    answers.push(sender.send().then(() => performance.now() - due));
  }
  return Promise.all(answers);
}

/** The CPU says what an event costs however busy the machine is with others. */
function reportAck(report: Report, times: readonly number[], webCpuMs: number): void {
  report({
    name: "billing.ack",
    details: { part: "p95", perSecond, p50: median(times), p99: quantile(times, 0.99), webCpuMs },
    value: quantile(times, 0.95),
    unit: "ms",
    goal: 25,
    n: times.length,
  });
}

async function measureBurst(report: Report, sender: Sender, web: Web): Promise<void> {
  progress(`A burst of ${burst} events, ${atOnce} at once …`);
  const before = { sent: sender.sent, memory: memoryMB(web), cpu: processCpuMs(web.pid) };
  const times: number[] = [];
  let left = burst;
  const began = performance.now();
  const client = async () => {
    while (left-- > 0) {
      const from = performance.now();
      await sender.send();
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  const answeredMs = performance.now() - began;
  const memory = memoryMB(web);
  const webCpuMs = (processCpuMs(web.pid) - before.cpu) / burst;
  await allDone(sender.sent);
  const doneMs = performance.now() - began;
  const done = await platformDb().stripeEvent.count({ where: { state: "done" } });
  report({
    name: "billing.ack.lost",
    details: {
      part: "lost",
      answeredPerSecond: (burst / answeredMs) * 1_000,
      p95Ms: quantile(times, 0.95),
      doneSeconds: doneMs / 1_000,
      sentAgain: sender.again,
      webCpuMs,
      webMB: memory,
      grownMB: memory - before.memory,
    },
    value: sender.sent - done,
    unit: "events",
    goal: 0,
    n: sender.sent - before.sent,
  });
}

/** Waits until as many events are done; what is lost is counted afterwards. */
async function allDone(events: number): Promise<void> {
  for (const end = performance.now() + doneWithinMs; performance.now() < end; await sleep(250)) {
    if ((await platformDb().stripeEvent.count({ where: { state: "done" } })) >= events) return;
  }
}
