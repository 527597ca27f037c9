import { afterAll, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { until } from "../dev/embedded/until.ts";
import { ownerPool } from "../fleet/owner.ts";
import { buildOrganization, closeConnections, requestOf } from "../test/factories.ts";
import { Stage } from "../test/faults/stage.ts";
import { writeEntries } from "../test/logs.ts";
import { startReceiver } from "../test/receiver.ts";
import { verifyAudit } from "./verify.ts";

afterAll(closeConnections);

test("a worker that is killed while it delivers is followed by another that sends the same, and goes on", async () => {
  const { id: organizationId, slug, owner } = await buildOrganization();
  let answering = false;
  const receiver = await startReceiver((_received, response) => {
    if (answering) response.writeHead(200).end();
  });
  const stage = new Stage();
  stage.env = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? ""]));
  try {
    const { streams } = createCallerFactory(appRouter)(requestOf(owner, slug)).audit;
    const destination = { kind: "https", url: receiver.url } as const;
    const { id } = await streams.create({ name: "SIEM", destination, from: "beginning" });
    await writeEntries(owner, 20);
    const first = await stage.startWorker();
    await until(() => receiver.received.length > 0, { what: "the first delivery", timeoutMs: 60_000 });
    await first.kill();

    answering = true;
    // The dead worker's job comes again after its lease, which nobody waits for here. Its hold on the stream has not
    // ended by then, and no other job asks for it.
    await ownerPool("main").query(
      "UPDATE astra.outbox SET lease_until = now() - interval '1 second' WHERE state = 'dispatched'",
    );
    await stage.startWorker();
    await writeEntries(owner, 5);
    const behind = async () =>
      (await streams.list()).items.find((stream) => stream.id === id)?.behind.entries;
    const whole = async () => entries(receiver.received.slice(1)).length >= 27 && (await behind()) === 0;
    await until(whole, { what: "the rest", timeoutMs: 90_000 });
  } finally {
    await stage.close();
    await receiver.close();
  }
  const [before, after] = receiver.received;
  expect(after?.headers["webhook-id"]).toBe(before?.headers["webhook-id"]);
  const accepted = entries(receiver.received.slice(1));
  expect(accepted).toEqual(accepted.map((_, index) => index + 1));
  expect(await verifyAudit(organizationId)).toMatchObject({ finding: null });
}, 180_000);

function entries(received: { body: Buffer }[]): number[] {
  return received
    .flatMap(({ body }) => body.toString("utf8").trim().split("\n"))
    .map((line) => JSON.parse(line) as { kind: string; seq: number })
    .flatMap(({ kind, seq }) => (kind === "entry" ? [seq] : []));
}
