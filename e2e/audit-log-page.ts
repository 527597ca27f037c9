import type { Locator, Page } from "@playwright/test";
import { expect } from "./fixtures.ts";

/** The audit log on the screen. */
export class AuditLog {
  readonly page: Page;
  readonly table: Locator;
  readonly state: Locator;
  readonly search: Locator;

  constructor(page: Page) {
    this.page = page;
    this.table = page.getByRole("table", { name: "Entries" });
    this.state = page.getByRole("region", { name: "State of the log" });
    this.search = page.getByRole("search");
  }

  async open(slug: string, query: Record<string, string> = {}): Promise<void> {
    const search = new URLSearchParams(query);
    await this.page.goto(`/${slug}/audit-log?${search}`);
    await expect(this.table).toHaveAttribute("aria-busy", "false");
  }

  /** The entries whose sentence is this one. */
  entry(sentence: string): Locator {
    return this.table.getByRole("link", { name: sentence, exact: true });
  }

  /** The panel of the entry that stands open. */
  detail(title: string): Locator {
    return this.page.getByRole("dialog", { name: title });
  }

  /** Asks for a verification and waits until the page has its verdict. */
  async verify(): Promise<void> {
    await this.state.getByRole("button", { name: "Verify now" }).click();
    await expect(this.state.getByRole("status").filter({ hasText: "Verification finished" })).toHaveCount(1);
  }
}
