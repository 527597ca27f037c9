import type { Browser, BrowserContext } from "@playwright/test";

/** What a browser complained of although all should be well; whatever remains of it fails the test. */
export class Complaints {
  readonly #heard: string[] = [];
  readonly #tolerated: RegExp[] = [];

  /** Lets pass what a test provokes on purpose. */
  tolerate(...patterns: RegExp[]): void {
    this.#tolerated.push(...patterns);
  }

  /** Listens to every context that is opened from now on; answers how to stop. */
  listenTo(browser: Browser): () => void {
    const listen = (context: BrowserContext) => this.#listen(context);
    browser.on("context", listen);
    return () => browser.off("context", listen);
  }

  /** Asked for at the end: a test may say what it tolerates after it has happened. */
  remaining(): string[] {
    return this.#heard.filter((complaint) => !this.#tolerated.some((pattern) => pattern.test(complaint)));
  }

  #listen(context: BrowserContext): void {
    context.on("console", (message) => {
      if (message.type() !== "error") return;
      this.#heard.push(`console: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (webError) => {
      const error = webError.error();
      this.#heard.push(`page error: ${error.stack ?? error.message}`);
    });
    context.on("response", (response) => {
      if (response.status() < 500) return;
      this.#heard.push(`${response.status()}: ${response.request().method()} ${response.url()}`);
    });
  }
}
