import { expect } from "@playwright/test";
import type { Api } from "./api.ts";
import { mailsTo } from "./mails.ts";

/** Invites an address and answers what stands in the link of its mail. */
export async function invitedAs(
  api: Api,
  given: { email: string; roleKey: string; organization: string },
): Promise<string> {
  const role = (await api.roles.list.query()).find(({ key }) => key === given.roleKey);
  if (!role) throw new Error(`There is no role ${given.roleKey}.`);
  await api.invites.create.mutate({ invites: [{ email: given.email, roleId: role.id }] });
  return inviteTokenOf(given.email, given.organization);
}

/** Waits for the mail of an invite, and answers what stands in its link; with several, the newest counts. */
export async function inviteTokenOf(email: string, organization: string, mails = 1): Promise<string> {
  const find = async () =>
    (await mailsTo(email)).filter(({ subject }) => subject.endsWith(`to ${organization}`));
  await expect
    .poll(async () => (await find()).length, { message: `invite of ${email}` })
    .toBeGreaterThanOrEqual(mails);
  const token = /\/invite\/([\w.-]+)/.exec((await find())[0]?.text ?? "")?.[1];
  if (!token) throw new Error("The mail holds no link to an invite.");
  return token;
}
