import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { openPalette } from "./palette.ts";

/** How bright the page's ground is drawn, 0 to 255. */
async function brightness(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    if (!canvas) throw new Error("The browser has no canvas.");
    canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 3;
  });
}

async function expectTheme(page: Page, theme: "light" | "dark"): Promise<void> {
  await expect.poll(async () => ((await brightness(page)) > 128 ? "light" : "dark")).toBe(theme);
}

/** Notes each change of the theme from the first moment of every page that is loaded from now on. */
async function watchThemes(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const seen: string[] = [];
    Reflect.set(window, "seenThemes", seen);
    const note = () => {
      const theme = document.documentElement?.dataset["theme"] ?? "system";
      if (seen.at(-1) !== theme) seen.push(theme);
    };
    new MutationObserver(note).observe(document, {
      subtree: true,
      childList: true,
      attributeFilter: ["data-theme"],
    });
  });
  return () => page.evaluate(() => Reflect.get(window, "seenThemes") as string[]);
}

test("the theme follows the system until somebody chooses", async ({ page, organization }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`/${organization.slug}`);
  await expectTheme(page, "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await expectTheme(page, "light");

  await page.getByRole("button", { name: "user menu" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expectTheme(page, "dark");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Tasks", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Tasks", level: 1 })).toBeVisible();
  await expectTheme(page, "dark");
  await page.goto("/account");
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
  await page.getByRole("radio", { name: "System" }).click();
  await expectTheme(page, "light");
  await page.emulateMedia({ colorScheme: "dark" });
  await expectTheme(page, "dark");
});

test("the choice is there with the first byte: no flash, even without scripts", async ({
  openAs,
  owner,
  organization,
}) => {
  const chosen = await openAs(owner, { colorScheme: "light" });
  await chosen.goto(`/${organization.slug}`);
  await openPalette(chosen);
  await chosen.getByRole("combobox").fill("dark");
  await chosen.getByRole("option", { name: "Theme: Dark" }).click();
  await expectTheme(chosen, "dark");

  const seen = await watchThemes(chosen);
  await chosen.reload();
  await expect(chosen.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await expectTheme(chosen, "dark");
  expect(await seen()).toEqual(["dark"]);

  const state = await chosen.context().storageState();
  const scriptless = await openAs({ state }, { colorScheme: "light", javaScriptEnabled: false });
  await scriptless.goto("/account");
  await expectTheme(scriptless, "dark");
});
