import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { closeMail } from "../platform/mail.ts";
import { catchMails } from "../test/caught-mails.ts";
import { closeConnections } from "../test/factories.ts";
import { deliver } from "./deliver.ts";
import { trimMails } from "./ledger.ts";
import type { Letter } from "./letter.ts";

const catcher = await catchMails();
afterAll(async () => {
  closeMail();
  await catcher.close();
  await closeConnections();
});

const job = { id: randomUUID(), requestId: "r" };
const noOrganization = "00000000-0000-0000-0000-000000000000";

function newMail(given: { organizationId?: string | null; attempt?: number; subjectId?: string } = {}) {
  return { organizationId: null, kind: "reset_password", subjectId: randomUUID(), attempt: 1, ...given };
}

function letter(address = `${randomUUID()}@example.test`): Letter {
  const content = { subject: "Hello", title: "Hello", lead: "Hello.", footer: "Bye." };
  return { to: { name: "Ada", address }, content };
}

const caughtFor = ({ to }: Letter) => catcher.mails.filter((mail) => mail.to.includes(to.address));

async function rowOf({ subjectId, attempt }: { subjectId: string; attempt: number }) {
  return platformDb().mail.findFirstOrThrow({ where: { subjectId, attempt } });
}

describe("deliver", () => {
  test("sends once, however often the job comes", async () => {
    const mail = newMail();
    const to = letter();
    for (let run = 0; run < 3; run++) await deliver(mail, async () => to, job);
    expect(caughtFor(to)).toHaveLength(1);
    expect(await rowOf(mail)).toMatchObject({ state: "sent", tries: 1, organizationId: noOrganization });
  });

  test("of several at the same time one sends, and the others find that it went out", async () => {
    const mail = newMail();
    const to = letter();
    await Promise.all([1, 2, 3].map(() => deliver(mail, async () => to, job)));
    expect(caughtFor(to)).toHaveLength(1);
  });

  test("sends a deliberate second time as a mail of its own", async () => {
    const mail = newMail();
    const to = letter();
    await deliver(mail, async () => to, job);
    await deliver({ ...mail, attempt: 2 }, async () => to, job);
    const ids = caughtFor(to).map(({ messageId }) => messageId);
    expect(ids.toSorted()).toEqual([1, 2].map((n) => `<reset_password.${mail.subjectId}.${n}@127.0.0.1>`));
  });

  test("tries again after a failure", async () => {
    const mail = newMail();
    const to = letter();
    const broken = async () => {
      throw new Error("the database is away");
    };
    await expect(deliver(mail, broken, job)).rejects.toThrow("away");
    await deliver(mail, async () => to, job);
    expect(caughtFor(to)).toHaveLength(1);
    expect(await rowOf(mail)).toMatchObject({ state: "sent", tries: 2 });
  });

  test("after an end between the server's yes and our note, the second has the same Message-ID", async () => {
    const mail = newMail();
    const to = letter();
    await deliver(mail, async () => to, job);
    // As kill -9 would have left it, after its hold ran out.
    const { organizationId, kind, subjectId, attempt } = await rowOf(mail);
    await platformDb().mail.update({
      where: { organizationId_kind_subjectId_attempt: { organizationId, kind, subjectId, attempt } },
      data: { state: "sending", holder: randomUUID(), heldUntil: new Date(Date.now() - 1) },
    });
    await deliver(mail, async () => to, job);
    const [first, second, ...rest] = caughtFor(to);
    expect(rest).toEqual([]);
    expect(first?.messageId).toBe(second?.messageId);
  });

  test("sends nothing when there is nothing to say, and the same one never later", async () => {
    const mail = newMail();
    const to = letter();
    await deliver(mail, async () => null, job);
    expect(await rowOf(mail)).toMatchObject({ state: "skipped", sentAt: null });
    await deliver(mail, async () => to, job);
    expect(caughtFor(to)).toEqual([]);
    await deliver({ ...mail, attempt: 2 }, async () => to, job);
    expect(caughtFor(to)).toHaveLength(1);
  });

  test("keeps organizations apart, also when they name the same row", async () => {
    const subjectId = randomUUID();
    const to = letter();
    for (const organizationId of [randomUUID(), randomUUID()]) {
      await deliver(newMail({ organizationId, subjectId }), async () => to, job);
    }
    const ids = caughtFor(to).map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(2);
  });

  test("keeps a subject one line", async () => {
    const to = letter();
    to.content.subject = "Join Acme\r\nBcc: mallory@example.com\u2028";
    await deliver(newMail(), async () => to, job);
    const [mail] = caughtFor(to);
    expect(mail?.subject).toBe("Join Acme Bcc: mallory@example.com");
    expect(mail?.headers.map(({ name }) => name.toLowerCase())).not.toContain("bcc");
  });
});

test("trimMails forgets mails after 90 days", async () => {
  const old = newMail();
  const young = newMail();
  for (const mail of [old, young]) await deliver(mail, async () => null, job);
  await platformDb().mail.updateMany({
    where: { subjectId: old.subjectId },
    data: { createdAt: new Date(Date.now() - 91 * 86_400_000) },
  });
  await trimMails(new Date());
  const left = await platformDb().mail.findMany({
    where: { subjectId: { in: [old.subjectId, young.subjectId] } },
  });
  expect(left.map(({ subjectId }) => subjectId)).toEqual([young.subjectId]);
});
