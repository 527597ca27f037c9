import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { closeMail } from "../platform/mail.ts";
import { platformDb } from "../platform/database.ts";
import { listNotifications } from "../notifications/notifications.ts";
import { ListNotifications } from "../notifications/schema.ts";
import { forgetJobs, planOfOrganization, runDueJobs, TestStripe } from "../test/billing.ts";
import { catchMails } from "../test/caught-mails.ts";
import {
  buildMember,
  buildOrganization,
  clockAt,
  closeConnections,
  reads,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { syncCustomer } from "./sync.ts";
import { tellNotice } from "./tell-notice.ts";
import { remindOfTrials } from "./trial-reminders.ts";

const catcher = await catchMails();
const daySeconds = 86_400;
const job = { id: "test", attempt: 1, requestId: "test", signal: new AbortController().signal };

let made: TestStripe;
let organization: TestOrganization;
let viewer: TestMember;
beforeAll(async () => {
  made = await TestStripe.open();
});
beforeEach(async () => {
  organization = await buildOrganization({ plan: "free" });
  viewer = await buildMember(organization, "viewer");
  await forgetJobs();
});
afterAll(async () => {
  closeMail();
  await catcher.close();
  await closeConnections();
  await made.close();
});

/** A customer whose time the test moves. */
async function timedCustomer(
  card: string | null = "pm_card_visa",
): Promise<{ customer: string; move: (days: number) => Promise<void> }> {
  let now = Math.floor(Date.now() / 1_000);
  const { testClocks } = made.stripe.testHelpers;
  const clock = await testClocks.create({ frozen_time: now });
  const { id: customer } = await made.stripe.customers.create({
    test_clock: clock.id,
    ...(card ? { payment_method: card, invoice_settings: { default_payment_method: card } } : {}),
  });
  // However long the month is: after 32 days it has been tried once.
  await made.control("retries", { days: [5, 5, 7], afterwards: "cancel", customer });
  await platformDb().billingCustomer.create({
    data: { organizationId: organization.id, customerId: customer },
    select: { organizationId: true },
  });
  const move = async (days: number) => {
    now += days * daySeconds;
    await testClocks.advance(clock.id, { frozen_time: now });
    await settle();
  };
  return { customer, move };
}

async function settle(): Promise<void> {
  await made.control("idle");
  await runDueJobs(["billing", "default", "mail"]);
}

const told = async (member: TestMember) => {
  const { items } = await reads(member, listNotifications, ListNotifications.parse({}));
  return items.filter(({ kind }) => kind !== "api_key_expiring");
};
const mailsTo = ({ email }: TestMember) => catcher.mails.filter(({ to }) => to.includes(email));
const statusOf = async ({ id }: TestOrganization) =>
  (await platformDb().subscription.findUniqueOrThrow({ where: { organizationId: id } })).status;

describe("a renewal that is declined", () => {
  test("is told once for each try, with what it is for and what comes next, and once when it is paid", async () => {
    const { customer, move } = await timedCustomer();
    const { id } = await made.subscribe(customer, "astra_pro_month", 2);
    await settle();
    await made.control("outcome", { code: "insufficient_funds", customer, times: 2 });
    await move(32);
    expect(await statusOf(organization)).toBe("past_due");
    expect(mailsTo(organization.owner)).toHaveLength(1);
    const [mail] = mailsTo(organization.owner);
    expect(mail?.subject).toBe(`A payment failed · ${organization.name}`);
    expect(mail?.text).toMatch(
      /\$30\.00 for Pro \(invoice \S+\) could not be taken from visa ending in 4242/,
    );
    expect(mail?.text).toMatch(/tried again on \d+ \w+ \d{4}/);
    expect(mail?.text).toMatch(/from \d+ \w+ \d{4} nothing can be changed either/);
    expect(mail?.text).toContain(`/${organization.slug}/billing`);
    expect(mailsTo(viewer)).toEqual([]);
    // The second try fails as well, the third one succeeds.
    await move(5);
    expect(mailsTo(organization.owner)).toHaveLength(2);
    await move(10);
    expect(await statusOf(organization)).toBe("active");
    expect((await told(organization.owner)).map(({ kind, times }) => [kind, times])).toEqual([
      ["payment_received", 1],
      ["payment_failed", 1],
      ["payment_failed", 1],
    ]);
    expect(mailsTo(organization.owner)).toHaveLength(3);
    expect(await told(viewer)).toEqual([]);
    expect((await made.stripe.subscriptions.retrieve(id)).status).toBe("active");
  });

  test("is told once though its events come 25 times, reversed, and several look at once", async () => {
    const { customer, move } = await timedCustomer();
    await made.subscribe(customer);
    await settle();
    await made.control("outcome", { code: "insufficient_funds", customer, times: 1 });
    await made.control("hold");
    const moving = move(32);
    await made.control("release", { copies: 25, order: "reversed" });
    await moving;
    await Promise.all(Array.from({ length: 6 }, () => syncCustomer(customer, "burst")));
    await settle();
    expect(mailsTo(organization.owner)).toHaveLength(1);
    const notices = await platformDb().billingNotice.findMany({ where: { organizationId: organization.id } });
    expect(notices).toHaveLength(1);
    // As if a worker had died after the telling, before it said so.
    const [notice] = notices;
    await platformDb().billingNotice.updateMany({ where: { id: notice?.id ?? "" }, data: { doneAt: null } });
    await Promise.all([1, 2].map(() => tellNotice({ noticeId: notice?.id ?? "" }, job)));
    await settle();
    expect(mailsTo(organization.owner)).toHaveLength(1);
    expect((await told(organization.owner)).map(({ times }) => times)).toEqual([1]);
  });

  test("is told by the reconciliation's look when its events are lost, and not at all once it is paid", async () => {
    const { customer, move } = await timedCustomer();
    const { id } = await made.subscribe(customer);
    await settle();
    await made.deliver(false);
    await made.control("outcome", { code: "insufficient_funds", customer, times: 1 });
    await move(32);
    expect(mailsTo(organization.owner)).toEqual([]);
    await syncCustomer(customer, "reconcile");
    // Paid before anybody was told.
    const { latest_invoice: latest } = await made.stripe.subscriptions.retrieve(id);
    const invoice = typeof latest === "string" ? latest : (latest?.id ?? "");
    await made.stripe.invoices.pay(invoice);
    await made.deliver(true);
    await settle();
    expect(mailsTo(organization.owner)).toEqual([]);
    expect(await told(organization.owner)).toEqual([]);
    const [notice] = await platformDb().billingNotice.findMany({
      where: { organizationId: organization.id },
    });
    expect(notice?.doneAt).not.toBeNull();
    // The events of the failure come now, and nothing follows from them.
    await made.control("emit", { type: "invoice.payment_failed", object: invoice });
    await settle();
    expect(mailsTo(organization.owner).filter(({ subject }) => subject.includes("failed"))).toEqual([]);
  });

  test("for the last time says that the subscription is over", async () => {
    const { customer, move } = await timedCustomer();
    await made.control("retries", { days: [5], afterwards: "cancel", customer });
    await made.subscribe(customer);
    await settle();
    await made.control("outcome", { code: "insufficient_funds", customer, times: 2 });
    await move(32);
    await move(6);
    expect(await planOfOrganization(organization)).toBe("free");
    const texts = mailsTo(organization.owner).map(({ text }) => text.replaceAll(/\s+/g, " "));
    expect(texts).toHaveLength(2);
    expect(texts[0]).toContain("the organization is on the Free plan");
    expect(texts[0]).toContain("It is not tried again by itself");
    // Whoever looks later finds nothing new in it.
    await syncCustomer(customer, "later");
    await settle();
    expect(mailsTo(organization.owner)).toHaveLength(2);
  });
});

describe("a trial", () => {
  const trialDays = 14;

  async function tried(card: string | null) {
    const timed = await timedCustomer(card);
    await made.stripe.subscriptions.create({
      customer: timed.customer,
      items: [{ price: await made.price("astra_pro_month"), quantity: 2 }],
      trial_period_days: trialDays,
      trial_settings: { end_behavior: { missing_payment_method: "cancel" } },
    });
    await settle();
    expect(await statusOf(organization)).toBe("trialing");
    return timed;
  }

  async function remind(daysBefore: number): Promise<void> {
    const row = await platformDb().subscription.findUniqueOrThrow({
      where: { organizationId: organization.id },
    });
    const at = new Date((row.trialEnd?.getTime() ?? 0) - daysBefore * daySeconds * 1_000 + 60_000);
    await remindOfTrials(job, clockAt(at.toISOString()));
    await settle();
  }

  test("with a card is announced twice, charged at its end, and goes on", async () => {
    const { customer, move } = await tried("pm_card_visa");
    // Stripe's announcement, and the same one again.
    await move(11.5);
    expect(mailsTo(organization.owner)).toHaveLength(1);
    const { data } = await made.stripe.events.list({ type: "customer.subscription.trial_will_end" });
    const mine = data.find(({ data: { object } }) => "customer" in object && object.customer === customer);
    await made.control("resend", { event: mine?.id ?? "", copies: 5 });
    await settle();
    await remind(2.5);
    expect(mailsTo(organization.owner)).toHaveLength(1);
    const [first] = mailsTo(organization.owner);
    expect(first?.subject).toBe(`Your trial ends soon · ${organization.name}`);
    expect(first?.text.replaceAll(/\s+/g, " ")).toMatch(
      /trial of Pro ends on \d+ \w+ \d{4}\. From then on it is paid for with visa ending in 4242/,
    );
    for (let round = 0; round < 2; round++) await remind(1);
    expect(mailsTo(organization.owner)).toHaveLength(2);
    expect(mailsTo(viewer)).toEqual([]);
    await move(3);
    expect(await statusOf(organization)).toBe("active");
    expect(await planOfOrganization(organization)).toBe("pro");
    const invoices = await made.stripe.invoices.list({ customer });
    expect(invoices.data[0]).toMatchObject({ status: "paid", amount_paid: 3_000 });
    await remind(-1);
    expect(mailsTo(organization.owner)).toHaveLength(2);
  });

  test("without a card says so when Stripe's announcement is lost as well, and ends with the Free plan", async () => {
    const { move } = await tried(null);
    await made.deliver(false);
    await move(11.5);
    await made.deliver(true);
    expect(mailsTo(organization.owner)).toEqual([]);
    await remind(3);
    expect(mailsTo(organization.owner)).toHaveLength(1);
    expect(mailsTo(organization.owner)[0]?.text.replaceAll(/\s+/g, " ")).toContain(
      "There is no card to pay with: without one the organization goes back to the Free plan.",
    );
    await move(3);
    expect(await statusOf(organization)).toBe("canceled");
    expect(await planOfOrganization(organization)).toBe("free");
  });

  test("with a card that is declined ends in a payment that is missing", async () => {
    const { customer, move } = await tried("pm_card_visa");
    await made.control("outcome", { code: "insufficient_funds", customer, times: 1 });
    await move(14.5);
    expect(await statusOf(organization)).toBe("past_due");
    expect(await planOfOrganization(organization)).toBe("pro");
    expect((await told(organization.owner)).map(({ kind }) => kind)).toContain("payment_failed");
  });

  test("that was canceled is not announced", async () => {
    const { customer } = await tried("pm_card_visa");
    const { data } = await made.stripe.subscriptions.list({ customer });
    await made.stripe.subscriptions.update(data[0]?.id ?? "", { cancel_at_period_end: true });
    await settle();
    await remind(1);
    expect(mailsTo(organization.owner)).toEqual([]);
  });
});
