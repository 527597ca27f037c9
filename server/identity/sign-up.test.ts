import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { findOrganization } from "../access/directory.ts";
import { eraseDiscarded } from "../organizations/discard.ts";
import { ownerPool } from "../fleet/owner.ts";
import { platformDb } from "../platform/database.ts";
import { accountDoorFrom, accountOf, askedMails, makeRoom, newSignUp, signedUp } from "../test/accounts.ts";
import { buildPerson, closeConnections } from "../test/factories.ts";
import { getMe } from "./profile.ts";
import { verifyPassword } from "./passwords.ts";
import { signIn } from "./sign-in.ts";
import { signUp } from "./sign-up.ts";

afterAll(closeConnections);
beforeEach(() => makeRoom());

async function organizationsOf(email: string) {
  const { id: accountId } = await accountOf(email);
  const session = { sessionId: "", accountId, name: "", email, emailConfirmed: false };
  return (await getMe(session)).organizations;
}

async function timed(email: string) {
  const start = performance.now();
  const answer = await signUp(newSignUp({ email }), accountDoorFrom());
  return { answer, ms: performance.now() - start };
}

describe("signUp", () => {
  test("makes an unconfirmed account, an organization with the person as owner, and asks for one mail", async () => {
    const input = await signedUp({ name: "Ada Lovelace", organizationName: "Analytical Engines" });
    const account = await accountOf(input.email);
    expect(account).toMatchObject({ name: "Ada Lovelace", emailConfirmedAt: null });
    expect(await organizationsOf(input.email)).toMatchObject([
      { name: "Analytical Engines", roleName: "Owner", deletionAt: null },
    ]);
    const mails = await askedMails(input.email);
    expect(mails).toMatchObject([{ kind: "confirm_email", attempt: 1 }]);
  });

  test("answers the same for a known address, in about the same time, and tells its owner by mail", async () => {
    const person = await buildPerson();
    const unknown = await timed(newSignUp().email);
    const known = await timed(person.email);
    expect(known.answer).toEqual(unknown.answer);
    expect(Math.min(known.ms, unknown.ms)).toBeGreaterThanOrEqual(395);
    expect(await askedMails(person.email)).toMatchObject([{ kind: "already_registered" }]);
    expect(await organizationsOf(person.email)).toEqual([]);
  });

  test("changes nothing of a confirmed account", async () => {
    const person = await buildPerson({ name: "Real Name" });
    await signUp(newSignUp({ email: person.email, name: "Another" }), accountDoorFrom());
    expect(await accountOf(person.email)).toMatchObject({ name: "Real Name", passwordHash: null });
  });

  test("can be tried again while unconfirmed: the last one counts whole, and what the earlier one began ends", async () => {
    // The template's ready tenants share their roles with other test databases: none of them can be erased here.
    await platformDb().tenant.updateMany({ where: { claimedAt: null }, data: { claimedAt: new Date() } });
    await makeRoom(2);
    const first = await signedUp({ password: "correct horse battery" });
    const { sessionId } = await signIn(first, accountDoorFrom());
    const [before] = await organizationsOf(first.email);
    const again = { ...first, password: "another long sentence", organizationName: "Difference Engines" };
    await signUp(again, accountDoorFrom());
    const { passwordHash } = await accountOf(first.email);
    expect(await verifyPassword(passwordHash, "another long sentence")).toBe(true);
    const session = await platformDb().session.findUniqueOrThrow({ where: { id: sessionId } });
    expect(session.revokedAt).not.toBeNull();
    expect(await organizationsOf(first.email)).toMatchObject([{ name: "Difference Engines" }]);
    // The address of the first is free for anybody, and a job erases the rest of it.
    expect(await findOrganization(before?.slug ?? "")).toBeNull();
    const erased = await platformDb().organization.findUniqueOrThrow({ where: { id: before?.id ?? "" } });
    await eraseDiscarded(erased.id);
    await eraseDiscarded(erased.id);
    expect(await platformDb().tenant.count({ where: { id: erased.id } })).toBe(0);
    expect(await platformDb().organizationSlug.count({ where: { slug: before?.slug ?? "" } })).toBe(0);
    expect((await askedMails(first.email)).map((mail) => mail.kind)).toEqual([
      "confirm_email",
      "confirm_email",
    ]);
  });

  test("in the moment of a confirmation never puts its password on the confirmed account", async () => {
    const first = await signedUp({ password: "correct horse battery" });
    const { id, passwordHash } = await accountOf(first.email);
    const held = await platformDb().$transaction(async (tx) => {
      await tx.account.update({ where: { id }, data: { emailConfirmedAt: new Date() } });
      const other = signUp({ ...first, password: "the sentence of a thief" }, accountDoorFrom());
      await sleep(900);
      return { other };
    });
    await held.other;
    expect(await accountOf(first.email)).toMatchObject({ passwordHash });
    expect((await askedMails(first.email)).at(-1)?.kind).toBe("already_registered");
  });

  test("at once with one address makes one account and one organization", async () => {
    await makeRoom(3);
    const input = newSignUp();
    await Promise.all([1, 2, 3].map(() => signUp(input, accountDoorFrom())));
    expect(await organizationsOf(input.email)).toHaveLength(1);
  });

  test("finds two spellings of one address to be one account", async () => {
    const { email } = await signedUp();
    const { SignUp } = await import("./schema.ts");
    const shouted = SignUp.parse(newSignUp({ email: ` ${email.toUpperCase()}` }));
    await signUp(shouted, accountDoorFrom());
    expect(await platformDb().account.count({ where: { email } })).toBe(1);
  });

  test("gives unicode names and addresses back as they were typed", async () => {
    const input = await signedUp({
      name: "José “Pepe” Núñez 🐙",
      email: "josé.núñez@xn--mnchen-3ya.de",
      organizationName: "株式会社ñ",
    });
    expect(await accountOf(input.email)).toMatchObject({ name: input.name });
    expect(await organizationsOf(input.email)).toMatchObject([{ name: "株式会社ñ" }]);
  });

  test("refuses the sixth try for one address within an hour", async () => {
    const person = await buildPerson();
    const input = newSignUp({ email: person.email });
    for (let tries = 0; tries < 5; tries++) await signUp(input, accountDoorFrom());
    await expect(signUp(input, accountDoorFrom())).rejects.toMatchObject({
      code: "RATE_LIMITED",
      reason: "too_many_attempts",
    });
  });

  test("writes nothing at all when the mail cannot be asked for", async () => {
    const input = newSignUp();
    const owner = ownerPool("main");
    await owner.query(
      "ALTER TABLE astra.outbox ADD CONSTRAINT no_mail CHECK (name <> 'mail.send') NOT VALID",
    );
    await expect(signUp(input, accountDoorFrom())).rejects.toThrow("no_mail");
    await owner.query("ALTER TABLE astra.outbox DROP CONSTRAINT no_mail");
    expect(await platformDb().account.count({ where: { email: input.email } })).toBe(0);
    await signUp(input, accountDoorFrom());
    expect(await organizationsOf(input.email)).toHaveLength(1);
  });
});
