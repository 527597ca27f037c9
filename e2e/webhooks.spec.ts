import { Webhook } from "standardwebhooks";
import { startReceiver, type Received } from "../server/test/receiver.ts";
import { expect, test } from "./fixtures.ts";
import { settled } from "./settled.ts";

/** What a receiver knows of a request that is really from Astra. Throws when it is not. */
function verified(secret: string, { body, headers }: Received): { id: string; type: string; data: unknown } {
  const names = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;
  const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  return new Webhook(secret).verify(body.toString("utf8"), signed) as ReturnType<typeof verified>;
}

test("an endpoint is added, hears, breaks, is mended, and gets what it has missed", async ({
  page,
  api,
  organization,
}) => {
  let broken = false;
  const receiver = await startReceiver((_received, response) => {
    if (broken) response.writeHead(500, { "content-type": "text/plain" }).end("out of order");
    else response.writeHead(200).end();
  });
  const types = () => receiver.received.map(({ body }) => JSON.parse(body.toString("utf8")).type as string);
  const health = page.getByRole("region", { name: "Health" });
  let secret = "";

  await test.step("added, with a schedule of its own", async () => {
    await page.goto(`/${organization.slug}/webhooks`);
    await expect(page.getByRole("heading", { name: "No endpoints" })).toBeVisible();
    await page.getByRole("button", { name: "New endpoint" }).first().click();
    const form = page.getByRole("form", { name: "Endpoint" });
    await form.getByLabel("Address").fill(`${receiver.url}/hook`);
    await form.getByLabel("Description").fill("Billing system");
    await form.getByRole("checkbox", { name: "Everything" }).click();
    await form.getByRole("searchbox", { name: "Search the events" }).fill("project");
    await form.getByRole("checkbox", { name: "project.*", exact: true }).click();
    await form.getByRole("button", { name: "Headers, schedule and limits" }).click();
    await form.getByRole("button", { name: "Add a header" }).click();
    await form.getByLabel("Name of header 1").fill("X-Team");
    await form.getByLabel("Value of header 1").fill("blue");
    await form.getByRole("combobox", { name: "When something does not arrive" }).click();
    await page.getByRole("option", { name: "Pauses of your own" }).click();
    await form.getByLabel("Pauses between the tries").fill("1s");
    await expect(form.getByText("2 tries: at once, then after 1 second.")).toBeVisible();
    await form.getByRole("button", { name: "Create endpoint" }).click();
    const shown = page.getByRole("dialog", { name: "Your endpoint is ready" });
    secret = await shown.getByLabel("Signing secret").inputValue();
    expect(secret).toMatch(/^whsec_/);
    await shown.getByRole("button", { name: "Done" }).click();
    await expect(page.getByRole("heading", { name: "Billing system", level: 1 })).toBeVisible();
  });

  await test.step("a test event arrives, and its delivery tells how", async () => {
    await page.getByRole("button", { name: "Send test event" }).click();
    const sheet = page.getByRole("dialog", { name: "webhook.test" });
    await expect(sheet.getByText("Delivered")).toBeVisible();
    await expect(sheet.getByRole("list", { name: "Tries" })).toContainText("200");
    await expect(sheet.getByText("x-team", { exact: true })).toBeVisible();
    await expect(sheet).toContainText("not shown");
    await expect(sheet.getByLabel("The same with curl")).toHaveValue(/^curl -X POST/);
    await page.keyboard.press("Escape");
    await expect(sheet).toBeHidden();
  });

  await test.step("a project's event arrives and verifies", async () => {
    await api.projects.create.mutate({ name: "Lighthouse" });
    await expect.poll(types).toContain("project.created");
    const arrived = receiver.received.find(({ body }) => body.includes("Lighthouse"));
    if (!arrived) throw new Error("the event has not brought its data along");
    expect(verified(secret, arrived)).toMatchObject({
      type: "project.created",
      data: { name: "Lighthouse" },
    });
    expect(arrived.headers["x-team"]).toBe("blue");
    await expect(health.getByText("100%")).toBeVisible();
  });

  await test.step("broken, its events become dead letters", async () => {
    broken = true;
    for (const name of ["Harbour", "Pier"]) await api.projects.create.mutate({ name });
    await expect(health.getByRole("link", { name: "2 dead letters" })).toBeVisible();
    await page.getByRole("link", { name: "Webhooks", exact: true }).first().click();
    await expect(page.getByRole("row").filter({ hasText: "Billing system" })).toContainText("2 dead");
    await page.getByRole("link", { name: "Undelivered" }).click();
    const card = page.getByRole("region", { name: "Billing system" });
    await expect(card).toContainText("The receiver did not accept the event. Status 500.");
    await card.getByRole("link", { name: "2 deliveries" }).click();
    await page.getByRole("row").filter({ hasText: "project.created" }).getByRole("link").first().click();
    const sheet = page.getByRole("dialog", { name: "project.created" });
    await expect(sheet.getByText("Dead letter")).toBeVisible();
    await expect(sheet.getByLabel(/^Body of answer/).first()).toHaveValue("out of order");
    await page.keyboard.press("Escape");
  });

  await test.step("mended, one is sent again by hand, and the rest is recovered", async () => {
    broken = false;
    await page
      .getByRole("checkbox", { name: /^Choose project/ })
      .first()
      .check();
    await page.getByRole("button", { name: "Send again" }).click();
    await expect(page.getByText("1 delivery is sent again")).toBeVisible();
    await expect(page.getByRole("row").filter({ hasText: "project.created" })).toHaveCount(1);
    await page.getByRole("link", { name: "Undelivered" }).click();
    await page.getByRole("button", { name: "Recover all…" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Recover all" }).click();
    const recoveries = page.getByRole("region", { name: "Recoveries" });
    await expect(recoveries).toContainText("Done");
    await expect.poll(() => types().filter((type) => type === "project.created").length).toBeGreaterThan(6);
    await expect(health.getByText("Nothing waits", { exact: false }).first()).toBeVisible();
    await expect(page.getByText(/^Failing since/)).toBeHidden();
    for (const request of receiver.received) verified(secret, request);
  });

  await test.step("everything is told of, once, in the log of events", async () => {
    await page.goto(`/${organization.slug}/events?type=project.created`);
    const rows = page.getByRole("row").filter({ hasText: "1 delivered" });
    await expect(rows).toHaveCount(3);
    await rows.first().getByRole("link").click();
    await expect(page.getByLabel("The event's envelope")).toHaveValue(/"name": "Pier"/);
    await page.getByRole("link", { name: "Billing system" }).click();
    await expect(page.getByRole("dialog", { name: "project.created" })).toContainText("Delivered");
  });
  await receiver.close();
});

test("while it is paused everything is held, and goes out when it is resumed; its secret changes with an overlap", async ({
  page,
  api,
  organization,
}) => {
  const receiver = await startReceiver();
  const made = await api.webhooks.create.mutate({
    url: receiver.url,
    description: "Chat",
    types: ["project.*"],
  });
  await page.goto(`/${organization.slug}/webhooks/${made.id}`);
  await page.getByRole("button", { name: "Pause…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Pause endpoint" }).click();
  const testButton = page.getByRole("button", { name: "Send test event" });
  await expect(testButton).toHaveAccessibleDescription("Resume it first");
  await api.projects.create.mutate({ name: "Quiet" });

  await page.getByRole("button", { name: "Rotate…" }).click();
  await page
    .getByRole("dialog", { name: "Rotate the secret" })
    .getByRole("button", { name: "Rotate secret" })
    .click();
  const shown = page.getByRole("dialog", { name: "The new secret" });
  const next = await shown.getByLabel("Signing secret").inputValue();
  await shown.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Show secret" }).click();
  await expect(page.getByLabel("Secret", { exact: true })).toHaveValue(next);
  await expect(page.getByRole("textbox", { name: "Secret before" })).toHaveValue(made.secret);
  await page.getByRole("button", { name: "Hide secret" }).click();
  await expect(page.getByRole("textbox", { name: "Secret before" })).toHaveCount(0);

  await page.getByRole("button", { name: "Resume…" }).click();
  const dialog = page.getByRole("dialog", { name: "Resume “Chat”" });
  await expect(dialog).toContainText("1 delivery was held");
  await dialog.getByRole("button", { name: "Resume endpoint" }).click();
  await expect.poll(() => receiver.received.length).toBe(1);
  const [request] = receiver.received;
  if (!request) throw new Error("nothing has arrived");
  for (const secret of [made.secret, next]) expect(verified(secret, request).type).toBe("project.created");

  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete endpoint" }).click();
  await expect(page.getByRole("heading", { name: "No endpoints" })).toBeVisible();
  await receiver.close();
});

test("two people who edit one endpoint do not lose each other's changes", async ({
  page,
  api,
  organization,
  complaints,
}) => {
  complaints.tolerate(/status of 409/);
  complaints.tolerate(/status of 400/);
  const { id } = await api.webhooks.create.mutate({
    url: "http://127.0.0.1:9/hook",
    headers: [{ name: "X-Team", value: "blue" }],
  });
  await page.goto(`/${organization.slug}/webhooks/${id}/edit`);
  const form = page.getByRole("form", { name: "Endpoint" });
  await form.getByLabel("Description").fill("Mine");
  await api.webhooks.update.mutate({ id, types: ["task.*"], perSecond: 5 });
  await form.getByRole("button", { name: "Save changes" }).click();
  await expect(form.getByText("They changed the events, the rate.")).toBeVisible();
  await expect(form.getByRole("button", { name: "Save changes" })).toHaveAccessibleDescription(
    /Decide first/,
  );
  await form.getByRole("button", { name: "Keep my changes on top" }).click();
  await form.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("heading", { name: "Mine", level: 1 })).toBeVisible();
  expect(await api.webhooks.get.query({ id })).toMatchObject({
    description: "Mine",
    types: ["task.*"],
    perSecond: 5,
    headerNames: ["X-Team"],
  });
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await form.getByLabel("Address").fill("http://127.0.0.1:10/hook");
  await form.getByRole("button", { name: "Save changes" }).click();
  await expect(form.getByRole("alert").filter({ hasText: "Enter the headers' values again" })).toBeVisible();
  await expect(form.getByLabel("Name of header 1")).toBeVisible();
});

test("what is wrong with an address, or too much for the plan, is said where one stands", async ({
  page,
  api,
  organization,
  complaints,
}) => {
  complaints.tolerate(/status of 400/);
  await page.goto(`/${organization.slug}/webhooks/new`);
  const form = page.getByRole("form", { name: "Endpoint" });
  await form.getByRole("button", { name: "Create endpoint" }).click();
  await expect(form.getByLabel("Address")).toHaveAttribute("aria-invalid", "true");
  await form.getByLabel("Address").fill("https://10.0.0.1/hook");
  await form.getByRole("button", { name: "Create endpoint" }).click();
  await expect(form.getByText("Astra does not send to this address.")).toBeVisible();
  const { usage } = await api.organization.usage.query();
  const limit = usage.find(({ resource }) => resource === "endpoints")?.limit ?? 0;
  for (let made = 0; made < limit; made++)
    await api.webhooks.create.mutate({ url: "http://127.0.0.1:9/hook" });
  await page.goto(`/${organization.slug}/webhooks`);
  await expect(page.getByText(/and all of it is taken/)).toBeVisible();
  await expect(page.getByRole("button", { name: "New endpoint" })).toHaveAccessibleDescription(/are taken/);
});

test.describe(() => {
  test.use({ plan: "pro" });

  test("whoever may only look can change nothing, and is told why", async ({
    api,
    joined,
    openAs,
    organization,
  }) => {
    const { id } = await api.webhooks.create.mutate({ url: "http://127.0.0.1:9/hook", description: "Chat" });
    const { key } = await api.roles.create.mutate({
      name: "Watcher",
      permissions: ["organization.read", "webhooks.read"],
    });
    const page = await openAs(await joined("Walt Watcher", key));
    await page.goto(`/${organization.slug}/webhooks/${id}`);
    for (const name of ["Send test event", "Pause…", "Recover…", "Edit", "Show secret", "Rotate…"])
      await expect(page.getByRole("button", { name, exact: true })).toHaveAccessibleDescription(
        /does not permit/,
      );
    await expect(page.getByRole("link", { name: "Events", exact: true })).toHaveCount(0);
    for (const place of ["/events", "/webhooks/new", `/webhooks/${id}/edit`]) {
      await page.goto(`/${organization.slug}${place}`);
      await expect(page.getByRole("heading", { name: "You cannot see this" })).toBeVisible();
    }
    await settled(page);
  });
});
