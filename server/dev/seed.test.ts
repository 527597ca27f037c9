import { afterAll, beforeAll, expect, test } from "vitest";
import { builtInRoles } from "../access/permissions.ts";
import { listApiKeys } from "../api-keys/list.ts";
import { ListApiKeys } from "../api-keys/schema.ts";
import { verifyPassword } from "../identity/passwords.ts";
import { isOwnData, NewPassword, EmailAddress } from "../identity/schema.ts";
import { listInvites } from "../invites/list.ts";
import { ListInvites } from "../invites/schema.ts";
import { listMembers } from "../members/members.ts";
import { ListMembers } from "../members/schema.ts";
import { platformDb } from "../platform/database.ts";
import { overview } from "../projects/overview.ts";
import { listProjects } from "../projects/projects.ts";
import { ListProjects, ListTasks } from "../projects/schema.ts";
import { listTasks } from "../projects/task-list.ts";
import { listRoles } from "../roles/roles.ts";
import { getMonthUsage } from "../usage/usage.ts";
import { listDeliveries, listEndpoints } from "../webhooks/lists.ts";
import { ListDeliveries, ListEndpoints } from "../webhooks/schema.ts";
import { closeConnections, reads, type TestMember } from "../test/factories.ts";
import { TestStripe } from "../test/billing.ts";
import { buyForDemo } from "./demo/payments.ts";
import { demoLogins, seedDemo } from "./seed.ts";

beforeAll(async () => {
  await seedDemo();
}, 60_000);
afterAll(closeConnections);

async function memberOf(slug: string, email: string): Promise<TestMember> {
  const organization = await platformDb().organization.findUniqueOrThrow({
    where: { slug },
    select: { id: true, slug: true, name: true, plan: true },
  });
  const membership = await platformDb().membership.findFirstOrThrow({
    where: { organizationId: organization.id, account: { email } },
    select: { memberId: true, account: { select: { id: true, name: true } } },
  });
  const { id, name } = membership.account;
  return { organization, email, name, accountId: id, memberId: membership.memberId };
}

const founders = [
  ["acme-robotics", "ada@acme-robotics.example", "business"],
  ["northwind-traders", "marco@northwind-traders.example", "pro"],
  ["tiny-studio", "quinn@tiny-studio.example", "free"],
] as const;

async function sizeOf(slug: string, email: string) {
  const member = await memberOf(slug, email);
  const roles = await reads(member, listRoles, undefined);
  const invites = await reads(member, listInvites, ListInvites.parse({}));
  const keys = await reads(member, listApiKeys, ListApiKeys.parse({}));
  const members = await reads(member, listMembers, ListMembers.parse({}));
  const projects = await reads(member, listProjects, ListProjects.parse({}));
  const counts = { open: 0, done: 0 };
  for (const { taskCounts } of projects.items) {
    counts.open += taskCounts.open;
    counts.done += taskCounts.done;
  }
  return {
    plan: member.organization.plan,
    members: members.total,
    roles: roles.length,
    invites: invites.total,
    keys: keys.total,
    projects: projects.total,
    ...counts,
  };
}

async function sizes() {
  return Promise.all(founders.map(([slug, email]) => sizeOf(slug, email)));
}

test("three organizations of different size and plan stand ready", async () => {
  const [acme, northwind, tiny] = await sizes();
  expect(acme).toMatchObject({ plan: "business", members: 12, projects: 14 });
  expect((acme?.open ?? 0) + (acme?.done ?? 0)).toBeGreaterThan(390);
  expect(northwind).toMatchObject({ plan: "pro", members: 5, projects: 5 });
  expect((northwind?.open ?? 0) + (northwind?.done ?? 0)).toBeGreaterThan(55);
  expect(tiny).toMatchObject({ plan: "free", members: 1, projects: 1, open: 3, done: 1 });
});

test("a second run changes nothing", async () => {
  const before = { sizes: await sizes(), accounts: await platformDb().account.count() };
  await seedDemo();
  expect({ sizes: await sizes(), accounts: await platformDb().account.count() }).toEqual(before);
});

test("every printed login can sign in, with an address and a password that our own rules accept", async () => {
  for (const { email, password } of demoLogins) {
    const account = await platformDb().account.findUniqueOrThrow({ where: { email } });
    expect(account.emailConfirmedAt).not.toBeNull();
    expect(await verifyPassword(account.passwordHash, password)).toBe(true);
    expect(EmailAddress.parse(email)).toBe(email);
    expect(NewPassword.parse(password)).toBe(password);
    expect(isOwnData(password, account)).toBe(false);
  }
});

test("its own roles are held, people are asked in, and keys of every kind are there to be seen", async () => {
  const owner = await memberOf("acme-robotics", "ada@acme-robotics.example");
  const roles = await reads(owner, listRoles, undefined);
  expect(roles.filter(({ builtIn }) => !builtIn)).toMatchObject([
    { key: "auditor", members: 1, invites: 0 },
    { key: "project-lead", members: 1 },
  ]);
  const invites = async (status: "pending" | "expired") =>
    (await reads(owner, listInvites, ListInvites.parse({ status }))).items.map(({ email }) => email);
  expect(await invites("pending")).toHaveLength(2);
  expect(await invites("expired")).toEqual(["audit@harbour-and-partners.example"]);
  const keys = async (show: "live" | "ended") =>
    (await reads(owner, listApiKeys, ListApiKeys.parse({ show }))).items;
  expect((await keys("live")).map(({ kind, state }) => [kind, state])).toEqual([
    ["personal", "active"],
    ["machine", "active"],
  ]);
  expect((await keys("ended")).map(({ state }) => state)).toEqual(["expired"]);
});

test("every built-in role is there, one person is in two organizations, and the operator in none", async () => {
  const owner = await memberOf("acme-robotics", "ada@acme-robotics.example");
  const { items } = await reads(owner, listMembers, ListMembers.parse({}));
  const held = new Set(items.map(({ roleKey }) => roleKey));
  expect(builtInRoles.filter(({ key }) => !held.has(key))).toEqual([]);
  const lena = await platformDb().membership.findMany({
    where: { account: { email: "lena@acme-robotics.example" } },
    select: { roleName: true },
  });
  expect(lena.map(({ roleName }) => roleName).toSorted()).toEqual(["Admin", "Editor"]);
  const operators = await platformDb().operator.findMany({
    select: { account: { select: { email: true, memberships: true } } },
  });
  expect(operators).toEqual([{ account: { email: "rowan@operators.example", memberships: [] } }]);
});

test("the overview has something to show: work of every kind, done day by day, and a log", async () => {
  const owner = await memberOf("acme-robotics", "ada@acme-robotics.example");
  const { counts, tasksByStatus, completedByDay, myTasks, recentActivity } = await reads(
    owner,
    overview,
    undefined,
  );
  expect(counts).toMatchObject({ activeProjects: 12, archivedProjects: 2, members: 12 });
  expect(counts.overdueTasks).toBeGreaterThan(5);
  expect(tasksByStatus.every(({ count }) => count > 10)).toBe(true);
  expect(completedByDay.filter(({ count }) => count > 0).length).toBeGreaterThan(8);
  expect(myTasks).toHaveLength(5);
  expect(recentActivity).toHaveLength(8);
  expect(new Set(recentActivity.map(({ actorName }) => actorName)).size).toBeGreaterThan(2);
});

test("nothing happens in the future, and ids follow creation", async () => {
  const owner = await memberOf("acme-robotics", "ada@acme-robotics.example");
  const input = { sort: { by: "createdAt", direction: "asc" }, limit: 100 };
  const { items } = await reads(owner, listTasks, ListTasks.parse(input));
  const created = items.map(({ createdAt }) => createdAt.getTime());
  expect(created).toEqual(created.toSorted((one, other) => one - other));
  expect(items.every(({ createdAt, updatedAt }) => createdAt <= updatedAt && updatedAt <= new Date())).toBe(
    true,
  );
});

test("what was filled in at once is found by its words like everything else", async () => {
  const owner = await memberOf("acme-robotics", "ada@acme-robotics.example");
  const found = await reads(owner, listTasks, ListTasks.parse({ search: "wrist bear" }));
  expect(found.total).toBeGreaterThan(0);
  expect(found.items.every(({ title }) => title.includes("wrist bearing"))).toBe(true);
});

test("endpoints have something to show, and are stopped, so that nothing is ever sent", async () => {
  const owner = await memberOf("acme-robotics", "ada@acme-robotics.example");
  const { items } = await reads(owner, listEndpoints, ListEndpoints.parse({}));
  expect(items.map(({ state, disabledFor }) => [state, disabledFor])).toEqual([
    ["disabled", "gone"],
    ["paused", null],
  ]);
  const [, warehouse] = items;
  expect(warehouse?.lastDay.delivered).toBeGreaterThan(10);
  expect(warehouse?.lastDay.failed).toBeGreaterThan(0);
  expect(warehouse?.queue).toMatchObject({ pending: 0, dead: expect.any(Number), held: expect.any(Number) });
  expect(warehouse?.queue.dead).toBeGreaterThan(0);
  const waiting = await reads(owner, listDeliveries, ListDeliveries.parse({ states: ["pending"] }));
  expect(waiting.total).toBe(0);
});

test("apps have used something by the hour, of what the plans include, and a small organization nothing yet", async () => {
  const monthOf = async (slug: string, email: string) =>
    reads(await memberOf(slug, email), getMonthUsage, {});
  const before = (month: string) => {
    const at = new Date(`${month}-01T00:00:00Z`);
    return new Date(at.getTime() - 1).toISOString().slice(0, 7);
  };
  const acme = await monthOf("acme-robotics", "ada@acme-robotics.example");
  const month = before(acme.month);
  const owner = await memberOf("acme-robotics", "ada@acme-robotics.example");
  const past = await reads(owner, getMonthUsage, { month });
  expect(past.meters).toMatchObject([
    { meter: "api_calls", counting: 0, included: 5_000_000 },
    { meter: "webhook_deliveries", counting: 0, included: 500_000 },
  ]);
  for (const { used, included } of past.meters) {
    expect(used).toBeGreaterThan(10_000);
    expect(used).toBeLessThan((included ?? 0) * 0.8);
  }
  const tiny = await monthOf("tiny-studio", "quinn@tiny-studio.example");
  expect(tiny).toMatchObject({ firstMonth: null, meters: [{ used: 0 }, { used: 0 }] });
});

test("what the demo's organizations are on they have bought, once: one has paid for months, one tries", async () => {
  const stripe = await TestStripe.open();
  await stripe.deliver(false);
  for (let run = 0; run < 2; run++) {
    await buyForDemo();
    const bought = await platformDb().subscription.findMany({
      where: { organization: { slug: { in: ["acme-robotics", "northwind-traders"] } } },
      orderBy: { plan: "asc" },
      select: { organizationId: true, plan: true, status: true },
    });
    expect(bought).toMatchObject([
      { plan: "business", status: "active" },
      { plan: "pro", status: "trialing" },
    ]);
    const invoices = await platformDb().billingInvoice.findMany({
      where: { organizationId: bought[0]?.organizationId ?? "" },
      orderBy: { createdAt: "asc" },
      select: { status: true, failed: true },
    });
    expect(invoices).toEqual([false, true, false, false].map((failed) => ({ status: "paid", failed })));
  }
  await stripe.close();
});
