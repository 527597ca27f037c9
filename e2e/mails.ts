import { expect } from "@playwright/test";
import { z } from "zod";

const Mails = z.array(z.object({ subject: z.string(), text: z.string(), html: z.string() }));
export type Mail = z.infer<typeof Mails>[number];

/** The mails to this address that the catcher holds, the newest first. */
export async function mailsTo(email: string): Promise<Mail[]> {
  const answer = await fetch(new URL(`/api/mails?to=${encodeURIComponent(email)}`, catcherUrl()));
  return Mails.parse(await answer.json());
}

function catcherUrl(): string {
  const catcher = process.env.ASTRA_MAIL_URL;
  if (!catcher) throw new Error("ASTRA_MAIL_URL must hold the address of the mail catcher's page.");
  return catcher;
}

/** Has the mail server turn this address away while something is done. */
export async function whileRefused<Result>(email: string, work: () => Promise<Result>): Promise<Result> {
  const address = new URL(`/api/refused?to=${encodeURIComponent(email)}`, catcherUrl());
  await fetch(address, { method: "PUT" });
  try {
    return await work();
  } finally {
    await fetch(address, { method: "DELETE" });
  }
}

/** Waits for the newest mail with this subject. */
export async function awaitMail(email: string, subject: string): Promise<Mail> {
  const find = async () => (await mailsTo(email)).find((mail) => mail.subject === subject);
  await expect.poll(async () => (await find()) !== undefined, { message: `mail “${subject}”` }).toBe(true);
  const mail = await find();
  if (!mail) throw new Error(`The mail “${subject}” is gone again.`);
  return mail;
}

/** The first link into Astra that a mail holds, as path and query. */
export function linkIn(mail: Mail, path: string): string {
  const links = mail.text.match(/https?:\/\/[^\s<>"]+/g) ?? [];
  const link = links.map((text) => new URL(text)).find((url) => url.pathname === path);
  if (!link) throw new Error(`The mail “${mail.subject}” holds no link to ${path}.`);
  return link.pathname + link.search;
}
