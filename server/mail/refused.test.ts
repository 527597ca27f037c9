import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { platformDb } from "../platform/database.ts";
import { closeMail } from "../platform/mail.ts";
import { closeConnections } from "../test/factories.ts";
import { deliver } from "./deliver.ts";

/** Answers to a recipient with what the address says, as 450@… */
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["AUTH", "STARTTLS"],
  onRcptTo({ address }, _session, answer) {
    const [code, detail = ""] = (address.split("@")[0] ?? "").split("-");
    asked.push(address);
    answer(Object.assign(new Error(`${detail} not now`.trim()), { responseCode: Number(code) }));
  },
});
const asked: string[] = [];

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  process.env.SMTP_URL = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  closeMail();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await closeConnections();
});

const job = { id: randomUUID(), requestId: "r" };
const content = { subject: "Hello", title: "Hello", lead: "Hello.", footer: "Bye." };

async function deliverTo(address: string) {
  const mail = { organizationId: null, kind: "reset_password", subjectId: randomUUID(), attempt: 1 };
  const send = () => deliver(mail, async () => ({ to: { name: "Ada", address }, content }), job);
  const stateOf = async () =>
    (await platformDb().mail.findFirstOrThrow({ where: { subjectId: mail.subjectId } })).state;
  return { send, stateOf };
}

test.each(["550@example.test", "553-5.1.3@example.test", "552-5.2.2@example.test", "a<b@example.test"])(
  "a mail that is refused for good, as for %s, is settled as refused and not tried again",
  async (address) => {
    const { send, stateOf } = await deliverTo(address);
    await send();
    expect(await stateOf()).toBe("refused");
    const before = asked.length;
    await send();
    expect(asked).toHaveLength(before);
  },
);

test.each(["450@example.test", "421@example.test", "530@example.test", "550-5.7.1@example.test"])(
  "a mail that is refused for now, or because of us, as for %s, is tried again",
  async (address) => {
    const { send, stateOf } = await deliverTo(address);
    for (let run = 0; run < 2; run++)
      await expect(send()).rejects.toThrow(/refused|failed|Invalid|4\d\d|5\d\d/);
    expect(await stateOf()).toBe("sending");
  },
);
