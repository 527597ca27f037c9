import type { Stripe } from "stripe";
import { handlers } from "#workers/handlers.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { syncCustomer } from "../billing/sync.ts";
import { syncCatalogue } from "../billing/sync-catalogue.ts";
import { answerStripeEvent } from "../billing/receive.ts";
import { openStripe } from "../billing/client.ts";
import { startStripeStandIn, type StandIn } from "../dev/stripe/stand-in.ts";
import { ownerPool } from "../fleet/owner.ts";
import { claimDue, firstTurn } from "../jobs/outbox.ts";
import type { QueueName } from "../jobs/registry.ts";
import { runJob } from "../jobs/run.ts";
import { platformDb } from "../platform/database.ts";
import { env } from "../platform/env.ts";
import type { OrganizationInfo } from "../tenancy/context.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { requestOf, type TestOrganization } from "./factories.ts";
import { openHttpDoor, type HttpDoor } from "./http-door.ts";

const callerOf = createCallerFactory(appRouter);

export const webhookSecret = "whsec_test_billing";
const secretKey = "sk_test_billing";

/** A stand-in for Stripe that delivers to our door over HTTP, and the real client that leads to it. */
export class TestStripe {
  readonly standIn: StandIn;
  readonly door: HttpDoor;
  readonly stripe: Stripe;

  private constructor(standIn: StandIn, door: HttpDoor) {
    this.standIn = standIn;
    this.door = door;
    this.stripe = openStripe({ secretKey, apiUrl: standIn.url });
  }

  /** Opens both and tells this process of them. */
  static async open(): Promise<TestStripe> {
    const standIn = await startStripeStandIn({ port: 0, deliveries: { delaysMs: [50, 100, 200] } });
    // Into what was read already, if anything was.
    Object.assign(env(), {
      STRIPE_SECRET_KEY: secretKey,
      STRIPE_API_URL: standIn.url,
      // The one that comes is tried after the one that goes.
      STRIPE_WEBHOOK_SECRETS: ["whsec_test_former", webhookSecret],
    });
    const door = await openHttpDoor((request) =>
      answerStripeEvent(request, { id: "stripe", ip: "192.0.2.7", userAgent: "Stripe/1.0" }),
    );
    const made = new TestStripe(standIn, door);
    await syncCatalogue(made.stripe);
    await made.control("endpoint", { url: made.hookUrl, secret: webhookSecret });
    return made;
  }

  get hookUrl(): string {
    return `${this.door.origin}/api/billing/webhooks`;
  }

  async control(name: string, body: object = {}): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.standIn.url}/_control/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const read = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(read)}`);
    return read;
  }

  /** Whether events are delivered at all; those that come about meanwhile are lost. */
  async deliver(on: boolean): Promise<void> {
    const { data } = await this.stripe.webhookEndpoints.list();
    for (const { id } of data) await this.stripe.webhookEndpoints.update(id, { disabled: !on });
  }

  /** Lets everything arrive that is on its way, and does what follows from it. */
  async settle(): Promise<void> {
    await this.control("idle");
    await runDueJobs();
  }

  /** A customer of an organization, whom our side knows, with a good card. */
  async customerOf(organization: OrganizationInfo, card = "pm_card_visa"): Promise<string> {
    const { id } = await this.stripe.customers.create({
      name: organization.name,
      payment_method: card,
      invoice_settings: { default_payment_method: card },
    });
    await platformDb().billingCustomer.create({
      data: { organizationId: organization.id, customerId: id },
      select: { organizationId: true },
    });
    return id;
  }

  /** The price of a plan, by its key. */
  async price(lookupKey: string): Promise<string> {
    const { data } = await this.stripe.prices.list({ lookup_keys: [lookupKey] });
    const [price] = data;
    if (!price) throw new Error(`There is no price ${lookupKey}`);
    return price.id;
  }

  /** A subscription of a customer, as one comes about at Stripe. */
  async subscribe(
    customer: string,
    lookupKey = "astra_pro_month",
    quantity = 1,
  ): Promise<Stripe.Subscription> {
    const items = [{ price: await this.price(lookupKey), quantity }];
    return this.stripe.subscriptions.create({ customer, items });
  }

  /** Sends the form of Stripe's checkout page, as a payer with this card does. Answers where it leads to. */
  async pay(url: string, card = "4242424242424242"): Promise<string | null> {
    const body = new URLSearchParams({ card, name: "Ada Payer", email: "ada@example.test" });
    const answer = await fetch(url, { method: "POST", body, redirect: "manual" });
    await answer.body?.cancel();
    return answer.headers.get("location");
  }

  /** An organization that has bought this, and nothing before. */
  async subscribed(organization: TestOrganization, lookupKey = "astra_pro_month"): Promise<string> {
    const { id: organizationId } = organization;
    const db = platformDb();
    await db.billingCustomer.deleteMany({ where: { organizationId } });
    await db.subscription.deleteMany({ where: { organizationId } });
    await db.checkoutAttempt.deleteMany({ where: { organizationId } });
    const customer = await this.customerOf(organization);
    await this.subscribe(customer, lookupKey, 1);
    await syncCustomer(customer, "test");
    return customer;
  }

  /** Brings an organization to where a procedure of billing has something to do, and answers what it is asked. */
  async prepare(organization: TestOrganization, path: string): Promise<unknown> {
    const { billing } = callerOf(requestOf(organization.owner, organization.slug));
    const smaller = { plan: "pro", interval: "month" } as const;
    const greater = { plan: "business", interval: "month" } as const;
    const made: Record<string, () => Promise<unknown>> = {
      "billing.startCheckout": async () => {
        const customer = await this.subscribed(organization);
        const { data } = await this.stripe.subscriptions.list({ customer });
        for (const { id } of data) await this.stripe.subscriptions.cancel(id);
        return greater;
      },
      "billing.confirmCheckout": async () => {
        await this.prepare(organization, "billing.startCheckout");
        return { sessionId: (await billing.startCheckout(greater)).sessionId };
      },
      "billing.change": async () => {
        await this.subscribed(organization);
        const { amount, prorationDate } = await billing.previewChange(greater);
        return { ...greater, amount, prorationDate };
      },
      "billing.previewChange": async () => {
        await this.subscribed(organization);
        return greater;
      },
      "billing.scheduleDowngrade": async () => {
        await this.subscribed(organization, "astra_business_month");
        return smaller;
      },
      "billing.revokeDowngrade": async () => {
        await this.prepare(organization, "billing.scheduleDowngrade");
        await billing.scheduleDowngrade(smaller);
      },
      "billing.resume": async () => {
        await this.subscribed(organization);
        await billing.cancel();
      },
      "billing.invoices": async () => {
        await this.subscribed(organization);
        return {};
      },
    };
    const other = async () => {
      await this.subscribed(organization);
    };
    return (made[path] ?? other)();
  }

  async close(): Promise<void> {
    await this.standIn.close();
    await this.door.close();
  }
}

/** Runs what is due of billing, all at once, until nothing is left. */
export async function runDueJobs(queues: QueueName[] = ["billing", "default"]): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const claimed = [];
    for (const queue of queues) claimed.push(...(await claimDue("main", queue, 200, firstTurn)));
    if (claimed.length === 0) return;
    await Promise.all(
      claimed.map(({ id, attempts, dispatches }) =>
        runJob(handlers, { rowId: id, shardId: "main", attempt: attempts, dispatch: dispatches }),
      ),
    );
  }
}

/** Forgets the jobs that other things have asked for, so that a test runs its own alone. */
export async function forgetJobs(): Promise<void> {
  await ownerPool("main").query("DELETE FROM astra.outbox");
}

/** The organization's plan, as the directory has it. */
export async function planOfOrganization({ id }: OrganizationInfo): Promise<string> {
  const { plan } = await platformDb().organization.findUniqueOrThrow({
    where: { id },
    select: { plan: true },
  });
  return plan;
}

/** What the organization's log says of its payments, the oldest first. */
export async function billingEntries(
  { id }: OrganizationInfo,
  action = "billing.sync",
): Promise<{ changes: { before: object; after: object } }[]> {
  const entries = await tenancy().withTenant(id, { readOnly: true }, (db) =>
    db.auditEntry.findMany({ where: { action }, orderBy: { at: "asc" }, select: { changes: true } }),
  );
  return entries.map(({ changes }) => ({
    changes: JSON.parse(changes) as { before: object; after: object },
  }));
}
