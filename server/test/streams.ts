import { createHmac } from "node:crypto";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { deliverStream } from "../audit/stream-deliver.ts";
import { ownerPool } from "../fleet/owner.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { requestOf, type TestMember } from "./factories.ts";
import { tamper } from "./logs.ts";
import type { Received } from "./receiver.ts";

/** What a member asks of streams. */
export const streamsOf = (member: TestMember) =>
  createCallerFactory(appRouter)(requestOf(member, member.organization.slug)).audit.streams;

/** What a worker does for a stream's job. */
export async function deliver({ organization }: TestMember, streamId: string): Promise<void> {
  await deliverStream(systemDoor(organization, { id: "delivery", ip: null, userAgent: null }), { streamId });
}

/** A line of a batch. */
export type Line = {
  kind: string;
  seq?: number;
  action?: string;
  hash?: string;
  previousHash?: string;
  text?: string;
  signature?: string;
  from?: number;
  through?: number;
};

/** The lines of bodies, in their order. */
export function linesOf(bodies: Buffer[]): Line[] {
  return bodies.flatMap((body) =>
    body
      .toString("utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line),
  );
}

/** The entries among the lines of requests. */
export const entriesOf = (received: Received[]) =>
  linesOf(received.map(({ body }) => body)).filter(({ kind }) => kind === "entry");

/** A stream of a member's organization to an address. */
export async function httpsStream(owner: TestMember, url: string, from: "beginning" | "now" = "beginning") {
  const { id, secret } = await streamsOf(owner).create({
    name: "SIEM",
    destination: { kind: "https", url },
    from,
  });
  return { id, secret: secret ?? "" };
}

/** A stream as the list shows it. Throws when it is not there. */
export async function streamOf(owner: TestMember, id: string) {
  const { items } = await streamsOf(owner).list();
  const stream = items.find((item) => item.id === id);
  if (!stream) throw new Error("the stream is gone");
  return stream;
}

/** Whether a request bears the signature of a secret. */
export function isSignedBy(secret: string, { headers, body }: Received): boolean {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const text = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.`;
  const expected = createHmac("sha256", key).update(text).update(body).digest("base64");
  return String(headers["webhook-signature"]).split(" ").includes(`v1,${expected}`);
}

/** Makes every stream's next try due. */
export async function makeDue(organizationId: string): Promise<void> {
  await tamper(organizationId, "UPDATE audit_streams SET next_try_at = NULL");
}

/** Deliveries that are asked for. */
export async function askedFor(organizationId: string): Promise<{ name: string; soon: boolean }[]> {
  const { rows } = await ownerPool("main").query<{ name: string; soon: boolean }>(
    `SELECT name, run_at <= now() AS soon FROM astra.outbox
     WHERE tenant_id = $1 AND state = 'pending' AND name = 'audit.stream'`,
    [organizationId],
  );
  return rows;
}
