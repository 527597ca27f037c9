import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { clientAddress, notePeerAddresses, requestInfo } from "./client-address.ts";

const from = (peer: string | null, forwarded?: string) =>
  new Headers({
    ...(peer === null ? {} : { "x-astra-peer": peer }),
    ...(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }),
  });

test("without proxies the connection's own address counts, whatever the client claims", () => {
  expect(clientAddress(from("203.0.113.7", "10.0.0.1, 192.0.2.9"), 0)).toBe("203.0.113.7");
});

test("with one proxy the hop before it counts, and what the client wrote before that does not", () => {
  expect(clientAddress(from("10.0.0.5", "1.1.1.1, 203.0.113.7"), 1)).toBe("203.0.113.7");
});

test("with two proxies the hop before both counts", () => {
  expect(clientAddress(from("10.0.0.5", "1.1.1.1, 203.0.113.7, 10.0.0.6"), 2)).toBe("203.0.113.7");
});

test("an address that cannot be known is null", () => {
  expect(clientAddress(from(null, "203.0.113.7"), 0)).toBeNull();
  expect(clientAddress(from("10.0.0.5"), 2)).toBeNull();
  expect(clientAddress(from("10.0.0.5", "<script>"), 1)).toBeNull();
});

test("an address has one spelling", () => {
  expect(clientAddress(from("::ffff:203.0.113.7"), 0)).toBe("203.0.113.7");
  expect(clientAddress(from("10.0.0.5", "203.0.113.7:5678"), 1)).toBe("203.0.113.7");
  expect(clientAddress(from("10.0.0.5", "[2001:DB8::1]:443"), 1)).toBe("2001:db8::1");
});

test("notePeerAddresses writes the connection's address over a forged one, before anybody reads it", async () => {
  notePeerAddresses();
  const server = createServer((request, response) => {
    response.end(clientAddress(new Headers(request.headers as Record<string, string>), 0));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    headers: { "x-astra-peer": "6.6.6.6", "x-forwarded-for": "6.6.6.6", connection: "close" },
  });
  expect(await answer.text()).toBe("127.0.0.1");
  await new Promise((resolve) => server.close(resolve));
});

test("requestInfo gives a new id, and takes none from a client without a proxy of ours", () => {
  const headers = new Headers({ "x-request-id": "chosen-by-the-client", "user-agent": "a".repeat(1_000) });
  const info = requestInfo(headers);
  expect(info.id).not.toBe("chosen-by-the-client");
  expect(info.userAgent).toHaveLength(400);
});
