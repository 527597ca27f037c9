import { randomInt, randomUUID } from "node:crypto";
import { ownerPool } from "../fleet/owner.ts";
import { provisionTenant } from "../fleet/provision.ts";
import type { AccountDoor } from "../identity/account-door.ts";
import type { SignUp } from "../identity/schema.ts";
import { signUp } from "../identity/sign-up.ts";
import { tokenSecret, type TokenPurpose } from "../identity/tokens.ts";
import type { JobPayload } from "../jobs/registry.ts";
import { systemClock, type Clock } from "../platform/clock.ts";
import { platformDb } from "../platform/database.ts";
import { log } from "../platform/log.ts";

/** A call from an address of the network that no other test uses, unless one is given. */
export function accountDoorFrom(given: { ip?: string | null; clock?: Clock } = {}): AccountDoor {
  const ip = given.ip === undefined ? `198.18.${randomInt(256)}.${randomInt(256)}` : given.ip;
  return {
    request: { id: randomUUID(), ip, userAgent: "vitest" },
    clock: given.clock ?? systemClock,
    log: log("test"),
  };
}

/** What somebody new types into the sign-up form. */
export function newSignUp(given: Partial<SignUp> = {}): SignUp {
  return {
    name: "Ada Lovelace",
    email: `${randomUUID()}@example.test`,
    password: "correct horse battery",
    organizationName: "Analytical Engines",
    ...given,
  };
}

/** The account of an address, with what tests ask of it. */
export async function accountOf(email: string) {
  return platformDb().account.findUniqueOrThrow({ where: { email } });
}

/** The mails that were asked for an account, the oldest first; no worker sends them in tests. */
export async function askedMails(email: string): Promise<JobPayload<"mail.send">[]> {
  const { id } = await accountOf(email);
  const { rows } = await ownerPool("main").query<{ payload: JobPayload<"mail.send"> }>(
    `SELECT payload FROM astra.outbox WHERE name = 'mail.send' AND (payload->>'subjectId')::uuid IN (
       SELECT t.id FROM public.account_tokens t WHERE t.account_id = $1
       UNION ALL SELECT e.id FROM public.security_events e WHERE e.account_id = $1)
     ORDER BY created_at, id`,
    [id],
  );
  return rows.map((row) => row.payload);
}

/** The secret in the last link of its kind that was mailed to an address. */
export async function mailedSecret(email: string, kind: TokenPurpose): Promise<string> {
  const mail = (await askedMails(email)).findLast((asked) => asked.kind === kind);
  if (!mail) throw new Error(`no ${kind} was mailed to ${email}`);
  return tokenSecret(mail.subjectId, kind);
}

/** Has enough schemas ready for the sign-ups to come: no worker fills the pool in tests. */
export async function makeRoom(tenants = 1): Promise<void> {
  const ready = await platformDb().tenant.count({ where: { state: "active", claimedAt: null } });
  for (let made = ready; made < tenants + 1; made++) await provisionTenant("main");
}

/** Somebody who has just signed up and not yet confirmed. */
export async function signedUp(given: Partial<SignUp> = {}): Promise<SignUp> {
  const input = newSignUp(given);
  await makeRoom();
  await signUp(input, accountDoorFrom());
  return input;
}

/** Confirms the address of an account without its mail. */
export async function confirmed(email: string): Promise<{ id: string }> {
  const data = { emailConfirmedAt: systemClock.now() };
  return platformDb().account.update({ where: { email }, data, select: { id: true } });
}
