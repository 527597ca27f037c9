import type { Page } from "@playwright/test";
import { Stripe } from "stripe";
import type { Api } from "./api.ts";
import { clean } from "./clean.ts";
import { expect, test } from "./fixtures.ts";
import { guardedProcedures, refusalByPath } from "./matrix.ts";
import { alive, openUntil } from "./settled.ts";

const goodCard = "4242 4242 4242 4242";
/** Taken, and declined when it is charged. */
const emptyCard = "4000 0000 0000 0341";
const heardMs = 60_000;

test("from a trial to a payment, a greater plan, a declined renewal, and back; down, out and in again", async ({
  page: owners,
  openAs,
  joined,
  apiAs,
  organization: { slug },
  complaints,
}) => {
  // A journey of weeks, of which each step waits until the application has heard of it.
  test.setTimeout(300_000);
  complaints.tolerate(/status of 402/);
  // A trial is had once by a payer, too, and the owner may have had one.
  const payer = await joined("Petra Payer", "admin");
  const editor = await joined("Edda Editor", "editor");
  const api = apiAs(payer, slug);
  const page = await openAs(payer);
  const theirs = await openAs(editor);
  const billing = new Billing(page, slug);
  await owners.close();

  const stripe = await test.step("a trial begins without a card", async () => {
    await billing.open();
    await page.getByRole("link", { name: "Start a free trial" }).click();
    await billing.plan("Pro").getByRole("button", { name: "Start 14-day trial" }).click();
    await expect(page).toHaveURL(/\/c\/pay\//);
    const atStripe = await AtStripe.of(page);
    await page.getByRole("button", { name: "Start trial" }).click();
    await expect(page.getByRole("heading", { name: "You are on Pro" })).toBeVisible();
    await clean(page);
    await page.getByRole("link", { name: "Go to billing" }).click();
    await expect(billing.card).toContainText("Trial");
    await clean(page);
    return atStripe;
  });
  await stripe.control("retries", { days: [3], afterwards: "unpaid" });

  await test.step("its end is paid for by the card that the portal took", async () => {
    await billing.giveCard(goodCard);
    await stripe.endTrial();
    await becomes(api, "active");
    await billing.open("/invoices");
    await expect(page.getByRole("row", { name: /\$45\.00.*Paid/ })).toBeVisible();
  });

  await test.step("a greater plan costs what was shown, to the cent", async () => {
    await billing.open("/plans");
    await billing.plan("Business").getByRole("button", { name: "Upgrade to Business" }).click();
    const dialog = page.getByRole("dialog", { name: "Upgrade to Business, paid monthly" });
    const pay = dialog.getByRole("button", { name: /^Pay \$\d+\.\d\d now$/ });
    const shown = /\$[\d.]+/.exec(await pay.innerText())?.[0] ?? "nothing";
    await expect(dialog.getByRole("row", { name: `To pay now ${shown}` })).toBeVisible();
    await clean(page);
    await pay.click();
    await expect(dialog).toBeHidden();
    await expect(billing.plan("Business")).toContainText("Your plan");
    await billing.open("/invoices");
    await expect(page.getByRole("row", { name: /\$/ }).first()).toContainText(shown);
    await expect(page.getByRole("row", { name: /\$/ }).first()).toContainText("Paid");
  });

  await test.step("a renewal is declined: everybody is told, and growth is refused kindly", async () => {
    await billing.giveCard(emptyCard);
    await stripe.advanceTo(await billing.periodEnd(api));
    await becomes(api, "past_due");
    await openUntil(
      page,
      `/${slug}/projects`,
      page.getByText(/A payment failed\. Nothing can be added, and on .* read-only/),
    );
    const dialog = await newProject(page, "Growth");
    await expect(dialog).toContainText("A payment is missing. Until it is made nothing can be added.");
    await clean(page);
    await dialog.getByRole("link", { name: "Go to billing" }).click();
    await expect(page.getByText(/The payment of \$90\.00 did not go through/)).toBeVisible();
    await clean(page);
    await openUntil(
      theirs,
      `/${slug}/projects`,
      theirs.getByText("Nothing can be added to this organization at present. Ask an owner."),
    );
  });

  await test.step("when the last try is declined as well, the organization is read-only", async () => {
    await stripe.advance(4 * 86_400);
    await becomes(api, "unpaid");
    await openUntil(
      page,
      `/${slug}/projects`,
      page.getByText("this organization is read-only until it is made"),
    );
    await clean(page);
    const dialog = await newProject(page, "Refused");
    await expect(dialog).toContainText("This organization is read-only until its payment is made.");
    await expect(dialog.getByRole("link", { name: "Go to billing" })).toBeVisible();
    await openUntil(
      theirs,
      `/${slug}/projects`,
      theirs.getByText("This organization is read-only: changes are refused. Ask an owner."),
    );
    const refused = await newProject(theirs, "Refused");
    await expect(refused).toContainText("read-only");
    await expect(refused.getByRole("link")).toHaveCount(0);
  });

  await test.step("it is paid in the portal, and all is well", async () => {
    await billing.open();
    await clean(page);
    await billing.giveCard(goodCard, async () => {
      await page.getByRole("button", { name: /^Pay \$90\.00 for / }).click();
      await expect(page.getByText("Active. Next payment")).toBeVisible();
    });
    await becomes(api, "active");
    await expect(async () => {
      await page.goto(`/${slug}/projects`);
      await expect(page.getByRole("heading", { name: "Projects", level: 1 })).toBeVisible();
      await expect(page.getByText("read-only")).toBeHidden({ timeout: 1_000 });
    }).toPass({ timeout: heardMs });
    await newProject(page, "Growth again");
    await expect(page.getByRole("heading", { name: "Growth again", level: 1 })).toBeVisible();
  });

  await test.step("a smaller plan is planned, shown, and comes", async () => {
    await billing.open("/plans");
    await billing.plan("Pro").getByRole("button", { name: "Downgrade to Pro" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Change to Pro, paid monthly?" });
    await clean(page);
    await dialog.getByRole("button", { name: "Plan the change" }).click();
    await expect(billing.plan("Pro")).toContainText("Planned");
    await billing.open();
    await expect(billing.card).toContainText(/On .* the plan changes to Pro, paid monthly/);
    await stripe.advanceTo(await billing.periodEnd(api));
    await becomes(api, "active", "pro");
    await openUntil(page, `/${slug}/billing`, page.getByText("What the Pro plan has room for."));
    await expect(billing.card).toContainText("Active");
  });

  await test.step("it is canceled, and ends when what was paid has run out", async () => {
    await page.getByRole("button", { name: "Cancel…" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Cancel Pro?" });
    await dialog.getByRole("button", { name: "Cancel subscription" }).click();
    await expect(billing.card).toContainText("Will end");
    await stripe.advanceTo(await billing.periodEnd(api));
    await becomes(api, undefined);
    await openUntil(page, `/${slug}/billing`, page.getByText("What the Free plan has room for."));
    await expect(billing.card).toContainText(/Pro ended on /);
    await clean(page);
  });

  await test.step("it is bought again, without a second trial", async () => {
    await billing.open("/plans");
    await expect(page.getByRole("button", { name: /trial/ })).toHaveCount(0);
    await billing.plan("Pro").getByRole("button", { name: "Buy Pro" }).click();
    await expect(page.getByRole("heading", { name: "Subscribe" })).toBeVisible();
    await page.getByLabel("Email").fill(payer.email);
    await page.getByLabel("Card number").fill(goodCard);
    await page.getByLabel("Name on the card").fill(payer.name);
    await page.getByRole("button", { name: "Subscribe" }).click();
    await expect(page.getByRole("heading", { name: "You are on Pro" })).toBeVisible();
    await expect(page.getByText("The payment has arrived.")).toBeVisible();
    await billing.open();
    await expect(billing.card).toContainText("Active");
    await expect(billing.card).not.toContainText("Trial");
  });
});

test("a member without the billing permission reaches none of it", async ({
  page,
  api,
  openAs,
  joined,
  organization: { slug },
}) => {
  const { url, sessionId } = await api.billing.startCheckout.mutate({ plan: "business", interval: "month" });
  await page.goto(url);
  await page.getByRole("button", { name: /^(Start trial|Subscribe)$/ }).waitFor();
  const fields = { email: "a@example.com", name: "A", card: goodCard };
  await page.request.post(url, { form: fields, maxRedirects: 0 });
  await api.billing.confirmCheckout.mutate({ sessionId });
  const editor = await joined("Edda Editor", "editor");
  const theirs = await openAs(editor);
  await theirs.goto(`/${slug}`);
  await expect(theirs.getByRole("navigation").getByRole("link", { name: "Projects" })).toBeVisible();
  await expect(theirs.getByRole("link", { name: "Billing" })).toHaveCount(0);
  for (const place of ["", "/plans", "/usage", "/invoices", `/return?session_id=${sessionId}`]) {
    await theirs.goto(`/${slug}/billing${place}`);
    await expect(theirs.getByText("Your role (Editor) does not permit this."), place).toBeVisible();
    expect(await theirs.content(), place).not.toMatch(/\$\d+\.\d\d|sub_\w|cus_\w/);
  }
  await clean(theirs);
  const procedures = guardedProcedures().filter(({ path }) => path.startsWith("billing."));
  expect(procedures.length).toBeGreaterThan(10);
  for (const { path } of procedures) {
    expect(await refusalByPath(theirs.request, slug, path), path).toBe("403 missing_permission");
  }
});

/** The pages of one organization's billing. */
class Billing {
  readonly card;
  readonly #page: Page;
  readonly #slug: string;

  constructor(page: Page, slug: string) {
    this.#page = page;
    this.#slug = slug;
    this.card = page.getByRole("region").filter({ hasText: "Current plan" });
  }

  async open(place = ""): Promise<void> {
    await this.#page.goto(`/${this.#slug}/billing${place}`);
    await alive(this.#page);
  }

  /** One of the plans side by side. */
  plan(name: string) {
    return this.#page.getByRole("listitem", { name, exact: true });
  }

  /** Gives the portal a card, does there what else is to be done, and comes back. */
  async giveCard(card: string, more?: () => Promise<void>): Promise<void> {
    await this.open();
    await this.#page.getByRole("button", { name: /^(Add payment method|Manage payment)$/ }).click();
    await this.#page.getByLabel("Card number").fill(card);
    await this.#page.getByRole("button", { name: "Use this card" }).click();
    await expect(this.#page.getByText(`ending in ${card.slice(-4)}`)).toBeVisible();
    await more?.();
    await this.#page.getByRole("link", { name: "Back to where you came from" }).click();
    await expect(this.#page).toHaveURL(`/${this.#slug}/billing`);
  }

  /** When the next period begins; the draft of its invoice is closed an hour later. */
  async periodEnd(api: Api): Promise<Date> {
    const { subscription } = await api.billing.overview.query();
    if (!subscription?.periodEnd) throw new Error("There is no period");
    return subscription.periodEnd;
  }
}

/** The customer on the stand-in's side, with a time of their own. */
class AtStripe {
  readonly #origin: string;
  readonly #stripe: Stripe;
  readonly #customer: string;
  #now: number | null = null;

  private constructor(origin: string, stripe: Stripe, customer: string) {
    this.#origin = origin;
    this.#stripe = stripe;
    this.#customer = customer;
  }

  /** Whose checkout page is open. */
  static async of(page: Page): Promise<AtStripe> {
    const { origin, hostname, port, pathname } = new URL(page.url());
    const stripe = new Stripe("sk_test_journey", { host: hostname, port, protocol: "http" });
    const { customer } = await stripe.checkout.sessions.retrieve(pathname.split("/").at(-1) ?? "");
    if (typeof customer !== "string") throw new Error("The checkout has no customer");
    return new AtStripe(origin, stripe, customer);
  }

  /** As somebody would in Stripe's dashboard; amounts that count by the day go by the machine's time. */
  async endTrial(): Promise<void> {
    const { data } = await this.#stripe.subscriptions.list({ customer: this.#customer });
    await this.#stripe.subscriptions.update(data[0]?.id ?? "", { trial_end: "now" });
  }

  async advanceTo(moment: Date): Promise<void> {
    const now = this.#now ?? Date.now() / 1_000;
    await this.advance(Math.ceil(moment.getTime() / 1_000 - now) + 7_200);
  }

  async advance(seconds: number): Promise<void> {
    const { now } = await this.control("advance", { seconds });
    this.#now = Number(now);
  }

  async control(act: string, body: object): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.#origin}/_control/${act}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ customer: this.#customer, ...body }),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Record<string, unknown>;
  }
}

/** Waits until the application has heard how the subscription stands; undefined for one that has ended. */
async function becomes(api: Api, status: string | undefined, plan?: string): Promise<void> {
  const heard = async () => (await api.billing.overview.query()).subscription;
  await expect.poll(async () => (await heard())?.status, { timeout: heardMs }).toBe(status);
  if (plan) await expect.poll(async () => (await heard())?.plan, { timeout: heardMs }).toBe(plan);
  // Whoever asks for it once it is so makes the process forget what it remembered from before.
  await heard();
}

async function newProject(page: Page, name: string) {
  await alive(page);
  await page.getByRole("button", { name: "New project" }).first().click();
  const dialog = page.getByRole("dialog", { name: "New project" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Create project" }).click();
  return dialog;
}
