import { expect, type Locator, type Page } from "@playwright/test";

/** A list of tasks on the screen: /tasks, or the page of one project. */
export class TaskList {
  readonly page: Page;
  readonly table: Locator;
  readonly search: Locator;
  readonly sheet: Locator;

  constructor(page: Page) {
    this.page = page;
    this.table = page.getByRole("table");
    this.search = page.getByRole("searchbox", { name: "Search tasks" });
    this.sheet = page.getByRole("dialog", { name: /task$/i });
  }

  row(title: string): Locator {
    return this.table.getByRole("row").filter({ has: this.link(title) });
  }

  link(title: string): Locator {
    return this.page.getByRole("link", { name: title, exact: true });
  }

  /** Waits until exactly these titles stand in the list, in this order. */
  async expectTitles(titles: readonly string[]): Promise<void> {
    await expect(this.table.locator("[data-row-link]")).toHaveText([...titles]);
  }

  async create(task: { title: string; description?: string }): Promise<void> {
    await this.page.getByRole("button", { name: "New task" }).first().click();
    await this.sheet.getByLabel("Title").fill(task.title);
    if (task.description) await this.sheet.getByLabel("Description").fill(task.description);
    await this.sheet.getByRole("button", { name: "Create task" }).click();
    await expect(this.sheet).toBeHidden();
    await expect(this.link(task.title)).toBeVisible();
  }

  async open(title: string): Promise<void> {
    await this.link(title).click();
    await expect(this.sheet.getByLabel("Title")).toHaveValue(title);
  }

  async setStatus(title: string, status: string): Promise<void> {
    await this.row(title)
      .getByRole("button", { name: `Status of ${title}` })
      .click();
    await this.page.getByRole("menuitemradio", { name: status }).click();
    await expect(
      this.row(title).getByRole("button", { name: `Status of ${title}: ${status}` }),
    ).toBeVisible();
  }

  async assign(title: string, to: { search: string; name: string }): Promise<void> {
    await this.row(title)
      .getByRole("button", { name: `Assignee of ${title}` })
      .click();
    await this.page.getByPlaceholder("Assignee…").fill(to.search);
    await this.page.getByRole("option", { name: to.name }).click();
    await expect(this.row(title).getByText(to.name)).toBeVisible();
  }

  /** Chooses one of the days that the panel offers by name. */
  async setDue(title: string, day: "Today" | "Tomorrow" | "Next week" | "No date"): Promise<void> {
    await this.row(title).hover();
    await this.row(title)
      .getByRole("button", { name: `Due date of ${title}` })
      .click();
    await this.page.getByRole("dialog", { name: "Due date" }).getByRole("button", { name: day }).click();
  }

  async filter(by: "Status" | "Due", value: string): Promise<void> {
    await this.page
      .getByRole("search")
      .getByRole("button", { name: new RegExp(`^${by}(:|$)`) })
      .click();
    await this.page.getByRole("menu").getByText(value, { exact: true }).click();
    await this.page.keyboard.press("Escape");
  }
}

/** Takes back what the newest note in the corner offers to undo. */
export async function undo(page: Page, note: string): Promise<void> {
  const toast = page.getByRole("listitem").filter({ hasText: note });
  await toast.getByRole("button", { name: "Undo" }).click();
}
