import { test as base, expect, type BrowserContextOptions, type Page } from "@playwright/test";
import { apiOf, type Api } from "./api.ts";
import { Complaints } from "./complaints.ts";
import { asSuperuser } from "./database.ts";
import { invitedAs } from "./invited.ts";
import {
  demoPerson,
  newcomer,
  nobody,
  signIn,
  signUp,
  unique,
  type Person,
  type SessionState,
} from "./people.ts";

type TestOptions = {
  /** The plan that the test's organization is put on. Buying has tests of its own. */
  plan: "free" | "pro" | "business";
};

type TestFixtures = {
  complaints: Complaints;
  /** Who the test is signed in as. */
  owner: Person;
  /** An organization that is this test's own; the owner made it. */
  organization: { name: string; slug: string };
  /** The owner's calls in it. */
  api: Api;
  /** Anybody's calls in any organization; null for the account's own procedures. */
  apiAs: (who: { state: SessionState }, slug: string | null) => Api;
  /** Somebody new who has accepted the owner's invite, with a role by its key. */
  joined: (name: string, roleKey: string) => Promise<Person>;
  /** Another browser, signed in as this person or, with null, as nobody. */
  openAs: (who: { state: SessionState } | null, options?: BrowserContextOptions) => Promise<Page>;
};

type WorkerFixtures = {
  /** Answers who is the next test's owner: another one before an account has made as many organizations as it may. */
  nextOwner: () => Promise<Person>;
  /** Somebody with an organization of their own, who is in none of the owner's. */
  stranger: Person;
  /** A person of the demo, by what the demo says about them: "Acme Robotics, viewer". */
  demo: (about: string) => Promise<Person>;
};

/** Most tests make one organization, and an account may make 50. */
const testsOfOwner = 40;

export const test = base.extend<TestFixtures & TestOptions, WorkerFixtures>({
  plan: ["free", { option: true }],
  nextOwner: [
    async ({ browser }, use, { project }) => {
      const sign = () => signUp(browser, addressOf(project.use), { name: "Olivia Owner" });
      let owner = sign();
      let tests = 0;
      await use(() => {
        if (tests === testsOfOwner) [owner, tests] = [sign(), 0];
        tests += 1;
        return owner;
      });
    },
    { scope: "worker", timeout: 60_000 },
  ],
  stranger: [
    async ({ browser }, use, { project }) =>
      use(await signUp(browser, addressOf(project.use), { name: "Sam Stranger" })),
    { scope: "worker", timeout: 60_000 },
  ],
  demo: [
    async ({ playwright }, use, { project }) => {
      const known = new Map<string, Promise<Person>>();
      await use((about) => {
        const person = known.get(about) ?? demoPerson(playwright.request, addressOf(project.use), about);
        known.set(about, person);
        return person;
      });
    },
    { scope: "worker" },
  ],
  complaints: [
    async ({ browser }, use) => {
      const complaints = new Complaints();
      const stop = complaints.listenTo(browser);
      await use(complaints);
      stop();
      expect(complaints.remaining(), "complaints of the browser").toEqual([]);
    },
    { auto: true },
  ],
  owner: async ({ nextOwner }, use) => use(await nextOwner()),
  storageState: async ({ owner }, use) => use(owner.state),
  openAs: async ({ browser, baseURL }, use) => {
    const opened: Page[] = [];
    await use(async (who, options = {}) => {
      const state = who?.state ?? nobody;
      const context = await browser.newContext({ baseURL, ...options, storageState: state });
      const page = await context.newPage();
      opened.push(page);
      return page;
    });
    await Promise.all(opened.map((page) => page.context().close()));
  },
  apiAs: async ({ baseURL }, use) => use((who, slug) => apiOf(addressOf({ baseURL }), who.state, slug)),
  organization: async ({ owner, apiAs, plan }, use) => {
    const name = unique("Works");
    const { slug } = await apiAs(owner, null).organizations.create.mutate({ name });
    if (plan !== "free") {
      const bought = "UPDATE organizations SET plan = $1 WHERE slug = $2 RETURNING id";
      expect(await asSuperuser(bought, [plan, slug])).toHaveLength(1);
    }
    await use({ name, slug });
  },
  joined: async ({ api, apiAs, organization, playwright, baseURL }, use) => {
    await use(async (name, roleKey) => {
      const person = newcomer(name);
      const token = await invitedAs(api, { email: person.email, roleKey, organization: organization.name });
      await apiAs({ state: nobody }, null).invites.join.mutate({ token, name, password: person.password });
      return { ...person, state: await signIn(playwright.request, addressOf({ baseURL }), person) };
    });
  },
  api: async ({ owner, apiAs, organization }, use) => use(apiAs(owner, organization.slug)),
});

function addressOf({ baseURL }: { baseURL?: string | undefined }): string {
  if (!baseURL) throw new Error("No baseURL is configured.");
  return baseURL;
}

export { expect };
