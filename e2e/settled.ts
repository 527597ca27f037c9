import { expect, type Locator, type Page } from "@playwright/test";

/**
 * Waits until nothing on the page moves or changes its colours, and nothing is being loaded: before a box is
 * measured, or colours are. What turns for ever, such as a spinner, is no reason to wait.
 */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expect.poll(() => page.evaluate(movements), { message: "what still moves on the page" }).toEqual([]);
}

/** What moves at this moment, after two frames in which a change of the page can begin to. */
async function movements(): Promise<string[]> {
  const frame = () => new Promise((shown) => requestAnimationFrame(shown));
  await frame();
  await frame();
  const running = document
    .getAnimations()
    .filter((animation) => animation.playState === "running" || animation.pending)
    .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
  return running.map(({ effect }) => {
    const element = effect instanceof KeyframeEffect ? effect.target : null;
    return element?.outerHTML.slice(0, 120) ?? "something";
  });
}

/** Waits until the page listens: before that nobody hears a button, and only then it says that there are keys for it. */
export async function alive(page: Page): Promise<void> {
  await expect(page.locator("[aria-keyshortcuts]").first()).toBeAttached();
}

const heardMs = 60_000;

/** Opens a place until it shows this: what a process knows of an organization may be some seconds old. */
export async function openUntil(page: Page, place: string, shown: Locator): Promise<void> {
  await expect(async () => {
    await page.goto(place);
    await expect(shown).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: heardMs });
}
