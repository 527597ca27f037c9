import { expect, type Locator, type Page } from "@playwright/test";

type Stop = { what: string; lost: boolean; seen: boolean };

/** What the keyboard stands on, and whether a person can see that it does. */
async function currentStop(page: Page): Promise<Stop> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) {
      return { what: "nothing", lost: true, seen: false };
    }
    const what = `${element.tagName} ${element.getAttribute("aria-label") ?? element.innerText.slice(0, 60)}`;
    // Menus mark their line by its colour, text fields show the caret, frames only take the focus over.
    const marked = element.matches(
      "[data-highlighted], input, textarea, main, ol, [role=dialog], [role=menu]",
    );
    const styles = [getComputedStyle(element), getComputedStyle(element, "::after")];
    const ringed = styles.some(
      (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1,
    );
    const box = element.getBoundingClientRect();
    const inView = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    return { what, lost: false, seen: inView && (marked || ringed) };
  });
}

/** Fails unless the focus is somewhere, on the screen and marked. */
export async function expectFocusSeen(page: Page): Promise<void> {
  await expect
    .poll(async () => {
      const { what, lost, seen } = await currentStop(page);
      return lost ? "lost" : seen ? "seen" : `not seen: ${what}`;
    })
    .toBe("seen");
}

/** Presses a key and sees where it led. */
export async function press(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  await expectFocusSeen(page);
}

/** Goes on by Tab until the control has the focus; fails on a stop that cannot be seen, and after too many. */
export async function tabTo(page: Page, control: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  const stopsMax = 60;
  for (let stop = 1; stop <= stopsMax; stop++) {
    await press(page, key);
    if (await control.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${String(control)} is not reached within ${stopsMax} stops.`);
}

/** Goes through all stops of the page, or the first of many, and sees each of them. */
export async function tabThrough(page: Page): Promise<void> {
  const stopsMax = 40;
  for (let stop = 1; stop <= stopsMax; stop++) {
    await page.keyboard.press("Tab");
    if ((await currentStop(page)).lost) {
      // Past the last stop; what comes next is the first one.
      await page.keyboard.press("Tab");
      return expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
    }
    await expectFocusSeen(page);
  }
}
