import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { afterAll, expect, test } from "vitest";
import { newSigningSecret } from "../platform/webhook-signature.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { buildOrganization, closeConnections } from "../test/factories.ts";
import { startReceiver, type Received } from "../test/receiver.ts";
import {
  buildEndpoint,
  deliver,
  emitProjects,
  endpointRow,
  type TestEndpoint,
  requestOf,
} from "../test/webhooks.ts";
import { closeSecret } from "./secrets.ts";

afterAll(closeConnections);

const names = [
  "plain",
  "🚀👩‍👩‍👧‍👦 ünïcödé",
  "line\u2028and\u2029paragraph",
  "שלום العالم मराठी 日本語 ไทย",
  'quotes " and \\ and </script>',
  "\u00e9 and e\u0301",
  "\ufeffmark",
];

const headersOf = ({ headers }: Received) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** What a request says, once both libraries have verified it; they throw for a signature that is not the secret's. */
function verified(secret: string, received: Received): unknown {
  const text = received.body.toString("utf8");
  new SvixWebhook(secret).verify(text, headersOf(received));
  return new StandardWebhook(secret).verify(text, headersOf(received));
}

test("standardwebhooks and svix verify what is sent, in whatever script", async () => {
  const organization = await buildOrganization();
  const receiver = await startReceiver();
  const endpoint = await buildEndpoint(organization, receiver.url);
  await emitProjects(organization, names);
  await deliver(endpoint);
  await receiver.close();
  expect(receiver.received).toHaveLength(names.length);
  const seen = receiver.received.map(
    (received) => (verified(endpoint.secret, received) as { data: { name: string } }).data.name,
  );
  expect(seen.toSorted()).toEqual(names.toSorted());
  expect(() => verified(newSigningSecret(), requestOf(receiver, 0))).toThrow(/signature/i);
});

test("while two secrets are live both verify, and afterwards the new one alone", async () => {
  const organization = await buildOrganization();
  const receiver = await startReceiver();
  const endpoint = await buildEndpoint(organization, receiver.url);
  const fresh = await rotate(endpoint, new Date(Date.now() + 60_000));
  await emitProjects(organization, ["during"]);
  await deliver(endpoint);
  for (const secret of [endpoint.secret, fresh]) verified(secret, requestOf(receiver, 0));
  const newest = await rotate({ ...endpoint, secret: fresh }, new Date(Date.now() - 1));
  await emitProjects(organization, ["after"]);
  await deliver(endpoint);
  await receiver.close();
  verified(newest, requestOf(receiver, 1));
  expect(() => verified(fresh, requestOf(receiver, 1))).toThrow(/signature/i);
});

async function rotate({ id, organization }: TestEndpoint, overlapUntil: Date): Promise<string> {
  const secret = newSigningSecret();
  const { secret: previousSecret } = await endpointRow({ id, organization, secret });
  await tenancy().withTenant(organization.id, { readOnly: false }, async (db) =>
    db.webhookEndpoint.update({
      where: { id },
      data: {
        previousSecret,
        overlapUntil,
        secret: await closeSecret(db, { organizationId: organization.id, id }, secret),
      },
      select: { id: true },
    }),
  );
  return secret;
}
