import { expect, type APIRequest, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { z } from "zod";
import { awaitMail, linkIn } from "./mails.ts";

/** Somebody with a confirmed account, and the cookies of a session. */
export type Person = { name: string; email: string; password: string; state: SessionState };
/** What a browser keeps of a session. */
export type SessionState = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** For whoever begins signed out. */
export const nobody: SessionState = { cookies: [], origins: [] };

let lastNumber = 0;

/** A word that no other test, run or worker has. */
export function unique(word: string): string {
  lastNumber += 1;
  return `${word}-${process.pid.toString(36)}${Date.now().toString(36)}${lastNumber}`;
}

/** Somebody who has not signed up yet. */
export function newcomer(name = "Ada Quill"): Omit<Person, "state"> {
  const mailbox = unique(name.split(" ")[0]?.toLowerCase() ?? "someone");
  return { name, email: `${mailbox}@example.com`, password: "seven hares in a quiet field" };
}

/** Fills in and sends the sign-up form; ends where the page asks for a look into the mailbox. */
export async function signUpOn(
  page: Page,
  person: Omit<Person, "state">,
  organizationName: string,
): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Organization").fill(organizationName);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();
}

/** Opens the link of the confirmation mail and confirms with the password; ends in the organization. */
export async function confirmOn(page: Page, person: Omit<Person, "state">): Promise<void> {
  const mail = await awaitMail(person.email, "Confirm your e-mail address");
  await page.goto(linkIn(mail, "/confirm-email"));
  await page.getByLabel("The password that you signed up with").fill(person.password);
  await page.getByRole("button", { name: "Confirm and sign in" }).click();
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
}

/** Signs somebody up through the real pages and the real mail. */
export async function signUp(browser: Browser, baseURL: string, given: { name: string }): Promise<Person> {
  const person = newcomer(given.name);
  const context = await browser.newContext({ baseURL, storageState: nobody });
  const page = await context.newPage();
  await signUpOn(page, person, unique(given.name));
  await confirmOn(page, person);
  const state = await context.storageState();
  await context.close();
  return { ...person, state };
}

/** A session for address and password, begun over HTTP; throws when it is refused. */
export async function signIn(
  request: APIRequest,
  baseURL: string,
  person: { email: string; password: string },
): Promise<SessionState> {
  const context = await request.newContext({ baseURL });
  const { csrfToken } = z
    .object({ csrfToken: z.string() })
    .parse(await (await context.get("/api/auth/csrf")).json());
  const form = { csrfToken, email: person.email, password: person.password, callbackUrl: "/" };
  const answer = await context.post("/api/auth/callback/credentials", { form, maxRedirects: 0 });
  const goesTo = answer.headers()["location"] ?? "";
  if (answer.status() !== 302 || goesTo.includes("error="))
    throw new Error(`The sign-in was refused: ${goesTo}`);
  const state = await context.storageState();
  await context.dispose();
  return state;
}

const Logins = z.array(z.object({ email: z.string(), password: z.string(), about: z.string() }));

/** Signs in the demo's person of whom it says this. */
export async function demoPerson(request: APIRequest, baseURL: string, about: string): Promise<Person> {
  const logins = Logins.parse(JSON.parse(process.env.ASTRA_LOGINS ?? "[]"));
  const login = logins.find((candidate) => candidate.about.includes(about));
  if (!login)
    throw new Error(`ASTRA_LOGINS names no “${about}”; "npm run astra -- seed --print" prints them.`);
  return { ...login, name: about, state: await signIn(request, baseURL, login) };
}
