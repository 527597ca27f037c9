import { expect, test } from "./fixtures.ts";
import { settled } from "./settled.ts";
import { TaskList } from "./task-list.ts";

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

test("who wants no motion gets none, and nothing that waits for the end of one stays behind", async ({
  owner,
  openAs,
  organization,
}) => {
  const page = await openAs(owner, { ...phone, reducedMotion: "reduce" });
  const tasks = new TaskList(page);
  await page.addInitScript(() => {
    const begun: string[] = [];
    Reflect.set(window, "begunMotions", begun);
    const note = (event: AnimationEvent | TransitionEvent) => {
      const element = event.target as Element;
      const { animationDuration, transitionDuration } = getComputedStyle(
        element,
        event.pseudoElement || null,
      );
      const lengths = event instanceof AnimationEvent ? animationDuration : transitionDuration;
      if (lengths.split(",").some((length) => parseFloat(length) > 0))
        begun.push(`${event.type}: ${element.outerHTML.slice(0, 100)}`);
    };
    addEventListener("animationstart", note);
    addEventListener("transitionrun", note);
  });
  await page.goto(`/${organization.slug}/tasks?task=new`);
  await expect(tasks.sheet).toBeVisible();
  const atOnce = await tasks.sheet.boundingBox();
  expect([atOnce?.x, atOnce?.width]).toEqual([0, 390]);
  await page.keyboard.press("Escape");
  await expect(tasks.sheet).toBeHidden();
  await page.getByRole("button", { name: "Open navigation" }).tap();
  await page.getByRole("link", { name: "Projects", exact: true }).tap();
  await expect(page.getByRole("heading", { name: "Projects", level: 1 })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(await page.evaluate(() => Reflect.get(window, "begunMotions") as string[])).toEqual([]);
});

test("with motion, what slides in stands still at its place, and slides out again", async ({
  owner,
  openAs,
  organization,
}) => {
  const page = await openAs(owner, { ...phone, reducedMotion: "no-preference" });
  const tasks = new TaskList(page);
  await page.goto(`/${organization.slug}/tasks`);
  await page.getByRole("button", { name: "Open navigation" }).tap();
  await settled(page);
  await page.getByRole("dialog").getByRole("link", { name: "Tasks", exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.goto(`/${organization.slug}/tasks?task=new`);
  await expect(tasks.sheet).toBeVisible();
  await settled(page);
  const box = await tasks.sheet.boundingBox();
  expect([box?.x, box?.width]).toEqual([0, 390]);
  await page.keyboard.press("Escape");
  await expect(tasks.sheet).toHaveCount(0);
});
