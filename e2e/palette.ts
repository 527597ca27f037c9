import { expect, type Page } from "@playwright/test";

/** Opens the command palette by its keys and waits until it takes what is typed. */
export async function openPalette(page: Page): Promise<void> {
  // Nobody listens for the keys before the page is alive, and only then it says that there are such keys.
  await expect(page.locator("[aria-keyshortcuts]").first()).toBeAttached();
  await page.keyboard.press("ControlOrMeta+k");
  await expect(page.getByRole("dialog", { name: "Search and commands" }).getByRole("combobox")).toBeFocused();
}
