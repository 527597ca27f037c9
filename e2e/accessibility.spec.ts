import { AxeBuilder } from "@axe-core/playwright";
import type { BrowserContextOptions, Page } from "@playwright/test";
import { asSuperuser } from "./database.ts";
import { expect, test } from "./fixtures.ts";
import type { Api } from "./api.ts";
import { invitedAs } from "./invited.ts";
import { openPalette } from "./palette.ts";
import { newcomer } from "./people.ts";
import { settled } from "./settled.ts";

const acme = "acme-robotics";
const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const shapes: Record<string, BrowserContextOptions> = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

type Place = {
  name: string;
  /** Whose eyes look: what the demo says about them, or nobody's. */
  who: "Acme Robotics, owner" | "Acme Robotics, viewer" | "Operator" | null;
  address: string | ((api: Api) => Promise<string>);
  /** Brings the page into the state that is looked at. */
  open?: (page: Page) => Promise<void>;
  status?: number;
};

const owner = "Acme Robotics, owner";

async function firstProject(api: Api): Promise<string> {
  const [project] = (await api.projects.list.query({ status: "active", limit: 1 })).items;
  return `/${acme}/projects/${project?.id}`;
}

async function firstTask(api: Api): Promise<string> {
  const [task] = (await api.tasks.list.query({ limit: 1 })).items;
  return `/${acme}/tasks?task=${task?.id}`;
}

async function oneNotification(api: Api): Promise<void> {
  const count = async () => (await api.notifications.list.query({ limit: 1 })).total;
  if ((await count()) > 0) return;
  await api.audit.export.mutate({ format: "csv" });
  await expect.poll(count, { message: "the export is ready" }).toBeGreaterThan(0);
}

/** A dead job of a name that no version knows: it stays dead. */
async function oneDeadLetter(): Promise<string> {
  const [job] = await asSuperuser<{ id: string }>(
    `INSERT INTO astra.outbox (name, queue, payload, state, attempts, error)
     VALUES ('test.looked-at', 'default', '{"thingId": "1"}', 'dead', 50, 'unknown job') RETURNING id`,
  );
  return `/operator/dead-letters?name=test.looked-at&job=${job?.id}`;
}

/** An event of a customer whom nobody knows, which nobody tries again. */
async function oneOpenEvent(): Promise<string> {
  await asSuperuser(
    `INSERT INTO stripe_events (id, type, customer_id, created_at, state, tries, error)
     VALUES ('evt_lookedat', 'test.looked-at', 'cus_lookedat', now(), 'unresolved', 11, 'unknown customer')
     ON CONFLICT (id) DO NOTHING`,
  );
  return "/operator/billing/events?state=unresolved";
}

async function newInvite(api: Api): Promise<string> {
  const { email } = newcomer();
  return `/invite/${await invitedAs(api, { email, roleKey: "viewer", organization: "Acme Robotics" })}`;
}

async function firstRole(api: Api): Promise<string> {
  const [role] = await api.roles.list.query();
  return `/${acme}/roles/${role?.id}`;
}

/** The demo's endpoint with a history, which is paused. */
async function anEndpoint(api: Api): Promise<string> {
  const { items } = await api.webhooks.list.query({});
  return `/${acme}/webhooks/${items.find(({ state }) => state === "paused")?.id}`;
}

/** Opens what stands behind a button and waits for what appears. */
function opened(button: string | RegExp, role: "dialog" | "alertdialog" | "menu") {
  return async (page: Page) => {
    await page.getByRole("button", { name: button }).first().click();
    await expect(page.getByRole(role).first()).toBeVisible();
  };
}

async function userMenu(page: Page): Promise<void> {
  const drawer = page.getByRole("button", { name: "Open navigation" });
  if (await drawer.isVisible()) await drawer.click();
  await opened("user menu", "menu")(page);
}

async function palette(page: Page): Promise<void> {
  await openPalette(page);
  await page.getByRole("combobox").fill("a");
  await expect(page.getByRole("option").nth(3)).toBeVisible();
}

const places: Place[] = [
  { name: "sign in", who: null, address: "/sign-in" },
  {
    name: "sign in, refused",
    who: null,
    address: "/sign-in",
    open: async (page) => {
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("alert").filter({ hasText: "Enter your password." })).toBeVisible();
    },
  },
  { name: "sign up", who: null, address: "/sign-up" },
  { name: "check your mail", who: null, address: `/check-mail?email=${newcomer().email}` },
  { name: "confirm, with a dead link", who: null, address: "/confirm-email?token=dead" },
  { name: "forgotten password", who: null, address: "/forgot-password" },
  { name: "reset, with a dead link", who: null, address: "/reset-password?token=dead" },
  { name: "change of address, with a dead link", who: null, address: "/change-email?token=dead" },
  { name: "reference of the API", who: null, address: "/docs/api" },
  { name: "reference of events", who: null, address: "/docs/events" },
  { name: "sign out", who: owner, address: "/sign-out" },
  { name: "account", who: owner, address: "/account" },
  {
    name: "account, deletion",
    who: owner,
    address: "/account",
    open: opened("Delete account…", "dialog"),
  },
  { name: "new organization", who: owner, address: "/organizations/new" },
  { name: "overview", who: owner, address: `/${acme}` },
  { name: "user menu", who: owner, address: `/${acme}`, open: userMenu },
  { name: "palette", who: owner, address: `/${acme}`, open: palette },
  { name: "projects", who: owner, address: `/${acme}/projects` },
  { name: "new project", who: owner, address: `/${acme}/projects?project=new` },
  { name: "project", who: owner, address: firstProject },
  { name: "tasks", who: owner, address: `/${acme}/tasks` },
  { name: "task", who: owner, address: firstTask },
  { name: "new task", who: owner, address: `/${acme}/tasks?task=new` },
  {
    name: "tasks, date",
    who: owner,
    address: `/${acme}/tasks?due=week`,
    open: opened(/^Due date of/, "dialog"),
  },
  { name: "tasks, nothing found", who: owner, address: `/${acme}/tasks?q=zebra` },
  { name: "tasks, for a viewer", who: "Acme Robotics, viewer", address: `/${acme}/tasks` },
  { name: "members", who: owner, address: `/${acme}/members` },
  {
    name: "members, acts",
    who: owner,
    address: `/${acme}/members`,
    open: opened(/^Actions for/, "menu"),
  },
  {
    name: "members, what they can do",
    who: owner,
    address: `/${acme}/members`,
    open: async (page) => {
      await page.getByRole("table").getByRole("link").first().click();
      await expect(page.getByRole("dialog").getByRole("switch")).toBeVisible();
    },
  },
  { name: "members, for a viewer", who: "Acme Robotics, viewer", address: `/${acme}/members` },
  {
    name: "invite",
    who: owner,
    address: `/${acme}/members?invite=new`,
    open: async (page) => expect(page.getByRole("form", { name: "Invite people" })).toBeVisible(),
  },
  {
    name: "invite, what became of each",
    who: owner,
    address: `/${acme}/members?invite=new`,
    open: async (page) => {
      await page.getByLabel("E-mail addresses").fill("ada@acme-robotics.example\nnot@@address");
      await page.getByRole("button", { name: "Send 2 invites" }).click();
      await expect(page.getByRole("list", { name: "Results" })).toBeVisible();
    },
  },
  { name: "invites", who: owner, address: `/${acme}/members/invites` },
  { name: "invite, for somebody new", who: null, address: newInvite },
  { name: "invite, under another address", who: owner, address: newInvite },
  { name: "invite, with a dead link", who: null, address: "/invite/dead" },
  { name: "roles", who: owner, address: `/${acme}/roles` },
  { name: "new role", who: owner, address: `/${acme}/roles/new` },
  { name: "role", who: owner, address: firstRole },
  { name: "API keys", who: owner, address: `/${acme}/api-keys` },
  {
    name: "new API key",
    who: owner,
    address: `/${acme}/api-keys?key=new`,
    open: async (page) => expect(page.getByRole("form", { name: "New API key" })).toBeVisible(),
  },
  {
    name: "API key, to be rotated",
    who: owner,
    address: `/${acme}/api-keys`,
    open: async (page) => {
      await opened(/^Actions for/, "menu")(page);
      await page.getByRole("menuitem", { name: /^Rotate/ }).click();
      await expect(page.getByRole("dialog", { name: /^Rotate/ })).toBeVisible();
    },
  },
  { name: "webhooks", who: owner, address: `/${acme}/webhooks` },
  {
    name: "webhooks, new endpoint",
    who: owner,
    address: `/${acme}/webhooks/new`,
    open: async (page) => {
      await page.getByRole("button", { name: "Headers, schedule and limits" }).click();
      await page.getByRole("button", { name: "Add a header" }).click();
      await page.getByRole("button", { name: "Create endpoint" }).click();
      await expect(page.getByRole("alert").filter({ hasText: "Enter a value." })).toBeVisible();
    },
  },
  { name: "webhooks, endpoint", who: owner, address: anEndpoint },
  { name: "edit endpoint", who: owner, address: async (api) => `${await anEndpoint(api)}/edit` },
  { name: "webhooks, for a viewer", who: "Acme Robotics, viewer", address: `/${acme}/webhooks` },
  { name: "deliveries", who: owner, address: `/${acme}/webhooks/deliveries` },
  {
    name: "delivery",
    who: owner,
    address: `/${acme}/webhooks/deliveries?state=dead`,
    open: async (page) => {
      await page.getByRole("table").getByRole("link").first().click();
      await expect(page.getByRole("dialog").getByRole("heading", { name: "Tries" })).toBeVisible();
    },
  },
  { name: "undelivered", who: owner, address: `/${acme}/webhooks/undelivered` },
  { name: "events", who: owner, address: `/${acme}/events` },
  {
    name: "event",
    who: owner,
    address: `/${acme}/events`,
    open: async (page) => {
      await page.getByRole("table").getByRole("link").first().click();
      await expect(page.getByLabel("The event's envelope")).toBeVisible();
    },
  },
  { name: "billing", who: owner, address: `/${acme}/billing` },
  { name: "billing, plans", who: owner, address: `/${acme}/billing/plans?paid=year` },
  { name: "billing, usage", who: owner, address: `/${acme}/billing/usage` },
  { name: "billing, invoices", who: owner, address: `/${acme}/billing/invoices` },
  { name: "billing, for a viewer", who: "Acme Robotics, viewer", address: `/${acme}/billing` },
  { name: "settings", who: owner, address: `/${acme}/settings` },
  {
    name: "deletion",
    who: owner,
    address: `/${acme}/settings`,
    open: opened(/^Delete organization/, "alertdialog"),
  },
  { name: "settings, for a viewer", who: "Acme Robotics, viewer", address: `/${acme}/settings` },
  { name: "audit log", who: owner, address: `/${acme}/audit-log` },
  {
    name: "audit log, entry",
    who: owner,
    address: `/${acme}/audit-log?action=tasks.update`,
    open: async (page) => {
      await page.getByRole("table").getByRole("link").first().click();
      await expect(page.getByRole("dialog").getByRole("heading", { name: "What changed" })).toBeVisible();
    },
  },
  { name: "audit log, times", who: owner, address: `/${acme}/audit-log`, open: opened("Time", "dialog") },
  { name: "audit log, live", who: owner, address: `/${acme}/audit-log?live=true&type=project` },
  { name: "audit log, export", who: owner, address: `/${acme}/audit-log?export=new` },
  {
    name: "audit log, proof",
    who: owner,
    address: `/${acme}/audit-log`,
    open: opened("How it is proved", "dialog"),
  },
  { name: "audit streams", who: owner, address: `/${acme}/audit-log/streams` },
  {
    name: "audit streams, new",
    who: owner,
    address: `/${acme}/audit-log/streams`,
    open: opened("Add stream", "dialog"),
  },
  { name: "audit settings", who: owner, address: `/${acme}/audit-log/settings` },
  {
    name: "notifications",
    who: owner,
    address: async (api) => {
      await oneNotification(api);
      return `/${acme}/notifications`;
    },
  },
  {
    name: "bell",
    who: owner,
    address: async (api) => {
      await oneNotification(api);
      return `/${acme}`;
    },
    open: opened(/^Notifications/, "dialog"),
  },
  { name: "help", who: owner, address: `/${acme}/help` },
  { name: "not found, within", who: owner, address: `/${acme}/nothing`, status: 404 },
  { name: "no organization", who: owner, address: "/no-such-organization", status: 404 },
  { name: "fleet", who: "Operator", address: "/operator" },
  { name: "the fleet's billing", who: "Operator", address: "/operator/billing" },
  { name: "events of Stripe", who: "Operator", address: oneOpenEvent },
  {
    name: "event of Stripe",
    who: "Operator",
    address: oneOpenEvent,
    open: async (page) => {
      await page.getByRole("link", { name: "test.looked-at" }).first().click();
      await expect(page.getByText("No organization has this customer.")).toBeVisible();
    },
  },
  { name: "dead letters, none found", who: "Operator", address: "/operator/dead-letters?name=zebra" },
  { name: "dead letter", who: "Operator", address: oneDeadLetter },
  {
    name: "dead letter, to be discarded",
    who: "Operator",
    address: oneDeadLetter,
    open: async (page) => {
      await page.getByRole("button", { name: "Discard…" }).last().click();
      await expect(page.getByLabel("Reason")).toBeVisible();
    },
  },
  {
    name: "dead letters",
    who: "Operator",
    address: async () => (await oneDeadLetter()).replace(/&job=.*/, ""),
    open: async (page) => {
      await page
        .getByRole("checkbox", { name: /^Choose test/ })
        .first()
        .check();
      await expect(page.getByText("1 job chosen")).toBeVisible();
    },
  },
];

type Look = {
  /** What floats over the page (a menu, a panel) stands in no landmark, which only good practice asks for. */
  floating: boolean;
  themes: readonly ("light" | "dark")[];
};
const bothThemes = ["light", "dark"] as const;

async function expectAccessible(page: Page, { floating, themes }: Look): Promise<void> {
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme });
    await settled(page);
    const axe = new AxeBuilder({ page });
    // Nothing but the colours differs in the second theme.
    if (theme === "dark") axe.withRules("color-contrast");
    else axe.withTags(floating ? wcag : [...wcag, "best-practice"]);
    const { violations } = await axe.analyze();
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    expect(found, `${theme}: ${page.url()}`).toEqual([]);
  }
}

async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const overhang = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
  expect(overhang, page.url()).toBe(0);
}

for (const [shape, options] of Object.entries(shapes)) {
  for (const { name, who, address, open, status = 200 } of places) {
    // What opens over a page has the same parts over a narrow one.
    if (shape === "phone" && open) continue;
    test(`${name}, on a ${shape}`, async ({ demo, openAs, apiAs, complaints }) => {
      if (status === 404) complaints.tolerate(/status of 404/);
      // The longest pages: on a busy machine axe alone takes as long as other tests may take.
      if (name.startsWith("reference of")) test.slow();
      const person = who && (await demo(who));
      const page = await openAs(person, options);
      const asking = async () => apiAs(person ?? (await demo(owner)), acme);
      const answer = await page.goto(typeof address === "string" ? address : await address(await asking()));
      expect(answer?.status()).toBe(status);
      await page.getByRole("heading", { includeHidden: true }).first().waitFor();
      await open?.(page);
      // A narrow page has the colours of a wide one.
      const themes = shape === "desktop" ? bothThemes : (["light"] as const);
      await expectAccessible(page, { floating: open !== undefined, themes });
      await expectNoSidewaysScrolling(page);
    });
  }
}

test("an empty organization is as accessible as a full one", async ({ page, organization }) => {
  for (const place of ["", "/projects", "/tasks"]) {
    await page.goto(`/${organization.slug}${place}`);
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    await expectAccessible(page, { floating: false, themes: bothThemes });
  }
});
