import { readFile } from "node:fs/promises";
import { AuditLog } from "./audit-log-page.ts";
import { refusalOf } from "./api.ts";
import { expect, test } from "./fixtures.ts";
import { unique } from "./people.ts";
import { tamper } from "./tampering.ts";

const acme = "acme-robotics";

test("what several people change is found by filters, each with its diff", async ({
  demo,
  openAs,
  apiAs,
}) => {
  const [owner, admin, editor] = await Promise.all(
    ["owner", "admin", "editor"].map((role) => demo(`Acme Robotics, ${role}`)),
  );
  if (!owner || !admin || !editor) throw new Error("The demo lacks somebody.");
  const [before, after, title] = [unique("Pier"), unique("Quay"), unique("Mend the ladder")];
  const { id: projectId } = await apiAs(admin, acme).projects.create.mutate({ name: before });
  await apiAs(editor, acme).projects.update.mutate({ id: projectId, name: after });
  const { id: taskId } = await apiAs(editor, acme).tasks.create.mutate({ projectId, title });
  await apiAs(owner, acme).tasks.update.mutate({ id: taskId, status: "done" });
  const log = new AuditLog(await openAs(owner));

  await test.step("by target, in the address", async () => {
    await log.open(acme, { type: "project", target: projectId });
    await expect(log.table.locator("[data-row-link]")).toHaveText([
      `Changed the name of project ${after}`,
      `Created project ${before}`,
    ]);
    await log.entry(`Changed the name of project ${after}`).click();
    const detail = log.page.getByRole("dialog");
    await expect(detail.getByRole("heading", { level: 2 })).toContainText(
      `changed the name of project ${after}`,
    );
    await expect(detail.getByRole("deletion")).toHaveText(before);
    await expect(detail.getByRole("insertion")).toHaveText(after);
    await expect(detail.getByText("projects.update", { exact: true })).toBeVisible();
  });

  await test.step("on from there, by its actor", async () => {
    await log.page.getByRole("dialog").getByRole("button", { name: "Filter by this actor" }).click();
    await expect(log.page).toHaveURL(/[?&]actor=[0-9a-f-]{36}/);
    await expect(log.page.getByRole("dialog")).toBeHidden();
    await expect(log.search.getByRole("button", { name: /^Actor: / })).toBeVisible();
    await expect(log.entry(`Created project ${before}`)).toHaveCount(0);
    await expect(log.entry(`Changed the name of project ${after}`)).toBeVisible();
  });

  await test.step("cleared, and by action from the menu", async () => {
    await log.search.getByRole("button", { name: "Clear", exact: true }).click();
    await log.search.getByRole("button", { name: "Action", exact: true }).click();
    await log.page.getByPlaceholder("Action…").fill("tasks.update");
    await log.page.getByRole("option", { name: /^Changed task/ }).click();
    await expect(log.page).toHaveURL(/[?&]action=tasks\.update/);
    await log.entry(`Changed the status of task ${title}`).click();
    const detail = log.page.getByRole("dialog");
    await expect(detail.getByRole("insertion")).toHaveText("done");
  });

  await test.step("without what was only looked at", async () => {
    await log.open(acme, { action: "audit." });
    await expect(log.entry("Looked at the audit log").first()).toBeVisible();
    await log.search.getByRole("button", { name: "Changes only" }).click();
    await expect(log.page).toHaveURL(/[?&]changes=true/);
    await expect(log.entry("Looked at the audit log")).toHaveCount(0);
  });

  await test.step("by words, once the entries are sealed", async () => {
    await expect(async () => {
      await log.open(acme, { q: title });
      await expect(log.entry(`Created task ${title}`)).toBeVisible({ timeout: 1_000 });
    }).toPass();
    await expect(log.entry(`Changed the status of task ${title}`)).toBeVisible();
    await log.entry(`Created task ${title}`).click();
    // The entry holds the project's id; it is shown by what the project is called now.
    const detail = log.page.getByRole("dialog");
    await expect(detail.getByRole("insertion").filter({ hasText: after })).toBeVisible();
    await expect(detail.getByText(projectId)).toBeVisible();
  });

  await test.step("not at another time, and not from another address", async () => {
    for (const filter of ["to=2020-01-01T00:00:00.000Z", "ip=203.0.113.9"]) {
      await log.page.goto(`/${acme}/audit-log?target=${projectId}&${filter}`);
      await expect(log.page.getByRole("heading", { name: "No entries found" })).toBeVisible();
    }
    await log.page.getByRole("button", { name: "Clear filters" }).click();
    await expect(log.table.locator("[data-row-link]").first()).toBeVisible();
  });
});

test("an address with filters that cannot be shows the log all the same", async ({ page, organization }) => {
  const log = new AuditLog(page);
  await log.open(organization.slug, {
    actor: "nobody",
    kind: "ghost",
    action: "É",
    ip: "here",
    from: "then",
  });
  await expect(log.entry(`Created organization ${organization.name}`)).toBeVisible();
});

test("a chosen part of the log is exported and downloaded", async ({ page, api, organization }) => {
  const names = [unique("Lighthouse"), unique("=Harbour")];
  for (const name of names) await api.projects.create.mutate({ name });
  const log = new AuditLog(page);
  await log.open(organization.slug, { type: "project" });
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export the audit log" });

  await test.step("CSV, which no spreadsheet takes for formulas", async () => {
    await expect(dialog.getByText("Those about project.")).toBeVisible();
    await dialog.getByRole("button", { name: "Export" }).click();
    await expect(dialog.getByText(/^2 entries, /)).toBeVisible();
    await page.reload();
    await expect(dialog.getByText(/^2 entries, /)).toBeVisible();
    const lines = (await downloaded(dialog.getByRole("link", { name: "Download", exact: true }))).split(
      "\r\n",
    );
    expect(lines[0]).toMatch(/^seq,id,at,action,/);
    expect(lines.slice(1, 3).map((line) => line.includes("projects.create"))).toEqual([true, true]);
    expect(lines.join("\n")).toContain(`'${names[1]}`);
    expect(lines).toHaveLength(4);
  });

  await test.step("JSON Lines, with the first one among the recent exports", async () => {
    await dialog.getByRole("button", { name: "Another export" }).click();
    await dialog.getByRole("radio", { name: "JSON Lines" }).click();
    await dialog.getByRole("button", { name: "Export" }).click();
    await expect(dialog.getByText(/^2 entries, /)).toBeVisible();
    const text = await downloaded(dialog.getByRole("link", { name: "Download", exact: true }));
    const entries = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { target: { label: string } });
    expect(entries.map(({ target }) => target.label)).toEqual(names.toReversed());
    await expect(dialog.getByRole("listitem").filter({ hasText: "CSV 2 entries" })).toBeVisible();
  });

  async function downloaded(link: ReturnType<typeof dialog.getByRole>): Promise<string> {
    const waiting = page.waitForEvent("download");
    await link.click();
    return readFile(await (await waiting).path(), "utf8");
  }
});

test("a live list takes new entries in, and not under a reader's eyes", async ({
  page,
  api,
  organization,
}) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  for (let number = 1; number <= 24; number++) {
    await api.tasks.create.mutate({ projectId, title: `Pile ${number}` });
  }
  const log = new AuditLog(page);
  await log.open(organization.slug);
  await page.getByRole("switch", { name: "Live" }).click();
  await expect(page).toHaveURL(/[?&]live=true/);
  await api.projects.create.mutate({ name: "Lighthouse" });
  await expect(log.entry("Created project Lighthouse")).toBeVisible();
  await log.entry("Created task Pile 3").scrollIntoViewIfNeeded();
  await api.projects.create.mutate({ name: "Breakwater" });
  const waiting = page.getByRole("button", { name: /new entr(y|ies)$/ });
  await expect(waiting).toBeVisible();
  await expect(log.entry("Created project Breakwater")).toHaveCount(0);
  await waiting.click();
  await expect(log.entry("Created project Breakwater")).toBeVisible();
  await expect(waiting).toBeHidden();
});

test("the log proves itself, and names the entry that somebody forged in the database", async ({
  page,
  api,
  organization,
}) => {
  const { id: projectId } = await api.projects.create.mutate({ name: "Harbour" });
  await api.projects.update.mutate({ id: projectId, name: "Lighthouse" });
  const log = new AuditLog(page);
  await log.open(organization.slug);
  await log.verify();
  await expect(log.state.getByText(/^Sealed, verified/)).toBeVisible();
  await page.reload();
  await expect(log.state.getByText(/^Sealed, verified/)).toBeVisible();

  const { id: organizationId } = await api.organization.get.query();
  await tamper(
    organizationId,
    "UPDATE audit_entries SET changes = replace(changes, 'Lighthouse', 'Forged') WHERE action = 'projects.update'",
  );
  await log.verify();
  const broken = log.state.getByText(
    /^The log is broken at no\. \d+: The entry was changed after it was sealed\./,
  );
  await expect(broken).toBeVisible();
  await page.reload();
  await expect(broken).toBeVisible();
  await log.state.getByRole("link", { name: "Open the entry" }).click();
  await expect(page.getByRole("dialog").getByRole("insertion")).toHaveText("Forged");

  await test.step("and where an entry is gone it says so", async () => {
    await tamper(organizationId, "DELETE FROM audit_entries WHERE action = 'organizations.create'");
    await log.open(organization.slug);
    await log.verify();
    await expect(log.state.getByText("The log is broken at no. 1: The entry was deleted.")).toBeVisible();
    await expect(log.state.getByRole("link", { name: "Open the entry" })).toHaveCount(0);
  });
});

test("how long the log is kept, a hold on it and all reads are settings", async ({
  page,
  api,
  organization,
}) => {
  await page.goto(`/${organization.slug}/audit-log/settings`);

  await test.step("fewer days ask first", async () => {
    const days = page.getByLabel("Days to keep");
    await days.fill("29");
    await page.getByRole("button", { name: "Save retention" }).click();
    await expect(days).toHaveAttribute("aria-invalid", "true");
    await days.fill("90");
    await page.getByRole("button", { name: "Save retention" }).click();
    const question = page.getByRole("alertdialog", { name: "Keep entries for 90 days only?" });
    await question.getByRole("button", { name: "Keep fewer days" }).click();
    await expect(question).toBeHidden();
  });

  await test.step("a hold needs a reason", async () => {
    await page.getByRole("button", { name: "Place a hold…" }).click();
    const dialog = page.getByRole("dialog", { name: "Place a legal hold" });
    await dialog.getByRole("button", { name: "Place the hold" }).click();
    await expect(dialog.getByText("Say why the log is held.")).toBeVisible();
    await dialog.getByLabel("Reason").fill("Case 12/2026");
    await dialog.getByRole("button", { name: "Place the hold" }).click();
    await expect(page.getByText("In force")).toBeVisible();
    await expect(page.getByText("Case 12/2026")).toBeVisible();
  });

  await test.step("all reads", async () => {
    await page.getByRole("switch", { name: "Record all reads" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Record all reads" }).click();
    await expect(page.getByRole("switch", { name: "Record all reads" })).toBeChecked();
    await api.projects.list.query({});
  });

  expect(await api.audit.settings.query()).toMatchObject({
    recordReads: true,
    retentionDays: 90,
    legalHold: true,
    legalHoldReason: "Case 12/2026",
  });
  const log = new AuditLog(page);
  await log.open(organization.slug, { action: "projects.list" });
  await expect(log.entry("Looked at projects")).toBeVisible();
});

test.describe(() => {
  test.use({ plan: "business" });

  test("a stream is added with its secret shown once, paused, resumed and deleted", async ({
    page,
    api,
    organization,
    complaints,
  }) => {
    complaints.tolerate(/status of 400/);
    await page.goto(`/${organization.slug}/audit-log/streams`);
    await page.getByRole("button", { name: "Add stream" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a stream" });
    await dialog.getByLabel("Name").fill("Our SIEM");
    await dialog.getByLabel("Address").fill("https://10.0.0.1/log");
    await dialog.getByRole("button", { name: "Add stream" }).click();
    await expect(dialog.getByText("Astra does not send to this address.")).toBeVisible();
    await dialog.getByLabel("Address").fill("https://siem.example.com/log");
    await dialog.getByRole("button", { name: "Add stream" }).click();
    const shown = page.getByRole("dialog", { name: "The signing secret" });
    await expect(shown.getByText(/^whsec_/)).toBeVisible();
    await shown.getByRole("button", { name: "I have copied it" }).click();
    await expect(shown).toBeHidden();
    await page.reload();
    await expect(page.getByText(/whsec_/)).toHaveCount(0);

    const stream = page
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: /^Our SIEM/ }) });
    await stream.getByRole("button", { name: "Pause" }).click();
    await expect(stream.getByText("Paused", { exact: true })).toBeVisible();
    await stream.getByRole("button", { name: "Resume" }).click();
    await expect(stream.getByRole("button", { name: "Pause" })).toBeVisible();
    await stream.getByRole("button", { name: "More for Our SIEM" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete stream" }).click();
    await expect(page.getByRole("heading", { name: "No streams yet" })).toBeVisible();
    expect((await api.audit.streams.list.query()).items).toEqual([]);
  });
});

test("who may not see the log is told so, and has no way to it", async ({ demo, openAs, apiAs }) => {
  const editor = await demo("Acme Robotics, editor");
  const page = await openAs(editor);
  await page.goto(`/${acme}`);
  const places = page.getByRole("navigation", { name: "Acme Robotics" });
  await expect(places.getByRole("link", { name: "Settings" })).toBeVisible();
  await expect(places.getByRole("link", { name: "Audit log" })).toHaveCount(0);
  await page.goto(`/${acme}/audit-log`);
  await expect(page.getByRole("heading", { name: "You cannot see this" })).toBeVisible();
  expect(await refusalOf(apiAs(editor, acme).audit.list.query())).toBe("403 missing_permission");
});
