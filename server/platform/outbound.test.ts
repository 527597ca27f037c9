import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { startNameServer } from "../test/name-server.ts";
import { startReceiver, type Received } from "../test/receiver.ts";
import { isPublicAddress, readOutboundUrl } from "./outbound-address.ts";
import { OutboundClient, type OutboundRequest } from "./outbound.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function kept<Part extends { close(): Promise<void> }>(part: Part | Promise<Part>): Promise<Part> {
  const opened = await part;
  ends.push(() => opened.close());
  return opened;
}

const inDevelopment = () => kept(new OutboundClient({ allowLoopback: true, ports: [443] }));

function posted(url: string, deadlineMs = 2_000): OutboundRequest {
  return { url, method: "POST", headers: { "content-type": "text/plain" }, body: "hello", deadlineMs };
}

const addresses: [address: string, isPublic: boolean][] = [
  ["8.8.8.8", true],
  ["2606:4700::1111", true],
  ["127.0.0.1", false],
  ["10.1.2.3", false],
  ["172.16.0.1", false],
  ["192.168.1.1", false],
  ["169.254.169.254", false],
  ["100.64.0.1", false],
  ["100.100.100.200", false],
  ["168.63.129.16", false],
  ["0.0.0.0", false],
  ["224.0.0.1", false],
  ["255.255.255.255", false],
  ["192.0.2.1", false],
  ["::", false],
  ["::1", false],
  ["::7f00:1", false],
  ["::808:808", false],
  ["::ffff:127.0.0.1", false],
  ["::ffff:8.8.8.8", true],
  ["64:ff9b::7f00:1", false],
  ["64:ff9b::a9fe:a9fe", false],
  ["64:ff9b::808:808", true],
  ["64:ff9b:1::808:808", false],
  ["2002:7f00:1::", false],
  ["2001::1", false],
  ["fe80::1", false],
  ["fc00::1", false],
  ["fec0::1", false],
  ["ff02::1", false],
  ["100::1", false],
  ["not an address", false],
];

test.each(addresses)("%s is public: %s", (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});

const urls: [url: string, read: string][] = [
  ["https://example.com/hook?a=b", "https://example.com/hook?a=b"],
  ["https://8.8.8.8/", "https://8.8.8.8/"],
  ["https://example.com:8443/", "https://example.com:8443/"],
  ["http://example.com/", "refused_url"],
  ["ftp://example.com/", "refused_url"],
  ["file:///etc/passwd", "refused_url"],
  ["https://name@example.com/", "refused_url"],
  ["https://name:word@example.com/", "refused_url"],
  ["example.com", "refused_url"],
  [`https://example.com/${"a".repeat(2_000)}`, "refused_url"],
  ["https://example.com:22/", "blocked"],
  ["https://127.0.0.1/", "blocked"],
  ["https://2130706433/", "blocked"],
  ["https://0177.0.0.1/", "blocked"],
  ["https://0x7f.0x0.0x0.0x1/", "blocked"],
  ["https://127.1/", "blocked"],
  ["https://%31%32%37.0.0.1/", "blocked"],
  ["https://①②⑦.0.0.1/", "blocked"],
  ["https://[::1]/", "blocked"],
  ["https://[::127.0.0.1]/", "blocked"],
  ["https://[::ffff:127.0.0.1]/", "blocked"],
  ["https://[::ffff:a9fe:a9fe]/", "blocked"],
  ["https://[64:ff9b::10.0.0.1]/", "blocked"],
  ["https://localhost/", "blocked"],
  ["https://localhost./", "blocked"],
  ["https://api.localhost/", "blocked"],
  ["https://printer.local/", "blocked"],
  ["https://metadata.google.internal/", "blocked"],
  ["https://metadata.google.internal./", "blocked"],
  ["https://redis/", "blocked"],
];

test.each(urls)("in production %s is read as %s", (url, read) => {
  expect(String(readOutboundUrl(url, { allowLoopback: false, ports: [443, 8443] }))).toBe(read);
});

test("in development this machine may be reached, and nothing else that is private", () => {
  const rules = { allowLoopback: true, ports: [443] };
  expect(String(readOutboundUrl("http://localhost:1234/a", rules))).toBe("http://localhost:1234/a");
  expect(String(readOutboundUrl("http://[::1]:1234/a", rules))).toBe("http://[::1]:1234/a");
  expect(readOutboundUrl("http://10.0.0.1/", rules)).toBe("refused_url");
  expect(readOutboundUrl("https://10.0.0.1/", rules)).toBe("blocked");
});

test("an answer comes with its status, its headers, its body and its times", async () => {
  const receiver = await kept(
    startReceiver((_received, response) => {
      response.writeHead(422, { "x-why": "no", "set-cookie": ["a=1", "b=2"] }).end("not like this");
    }),
  );
  const answer = await (await inDevelopment()).send(posted(`${receiver.url}/hook?x=1`));
  expect(answer).toMatchObject({
    answered: true,
    status: 422,
    headers: { "x-why": "no", "set-cookie": "a=1, b=2" },
    truncated: false,
  });
  if (!answer.answered) throw new Error("no answer");
  expect(answer.body.toString()).toBe("not like this");
  const { connectMs, headersMs, bodyMs, totalMs } = answer.timings;
  expect(connectMs + headersMs + bodyMs).toBeCloseTo(totalMs, 3);
  expect(receiver.received[0]).toMatchObject({
    method: "POST",
    path: "/hook?x=1",
    body: Buffer.from("hello"),
  });
});

test("connections are kept for the next request", async () => {
  const receiver = await kept(startReceiver());
  const client = await inDevelopment();
  for (let i = 0; i < 10; i++) await client.send(posted(receiver.url));
  // The first is still being put away when the second request comes.
  expect(receiver.connections()).toBeLessThanOrEqual(2);
});

test("no more than 16 KiB of a body are read, unpacked or not", async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000, "a"));
  const receiver = await kept(
    startReceiver(({ path }, response) => {
      if (path === "/packed") response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
      else if (path === "/small")
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("small"));
      else response.writeHead(200).end(Buffer.alloc(5_000_000, "b"));
    }),
  );
  const client = await inDevelopment();
  for (const path of ["/packed", "/plain"]) {
    const answer = await client.send(posted(receiver.url + path));
    expect(answer).toMatchObject({ answered: true, status: 200, truncated: true });
    expect(answer.answered && answer.body.length).toBe(16 * 1024);
  }
  const small = await client.send(posted(`${receiver.url}/small`));
  expect(small).toMatchObject({ body: Buffer.from("small"), truncated: false });
});

test("a redirect is a failure, and is not followed", async () => {
  const receiver = await kept(
    startReceiver((_received, response) => void response.writeHead(307, { location: "/elsewhere" }).end()),
  );
  const answer = await (await inDevelopment()).send(posted(receiver.url));
  expect(answer).toMatchObject({ answered: false, failure: "redirect", status: 307 });
  expect(receiver.received).toHaveLength(1);
});

const delays: [what: string, answer: (received: Received, response: ServerResponse) => void][] = [
  ["says nothing", () => {}],
  ["stops after its headers", (_received, response) => response.writeHead(200).flushHeaders()],
  [
    "sends a byte now and then",
    (_received, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("."), 50);
      response.on("close", () => clearInterval(timer));
    },
  ],
];

test.each(delays)("a receiver that %s is given up at the deadline", async (_what, delay) => {
  const receiver = await kept(startReceiver(delay));
  const from = performance.now();
  const answer = await (await inDevelopment()).send(posted(receiver.url, 300));
  expect(answer).toMatchObject({ answered: false, failure: "timeout" });
  expect(performance.now() - from).toBeLessThan(1_500);
});

test("what is refused or does not speak HTTP is told apart", async () => {
  const receiver = await kept(
    startReceiver((_received, response) => void response.socket?.end("garbage\r\n\r\n")),
  );
  const client = await inDevelopment();
  expect(await client.send(posted(receiver.url))).toMatchObject({ failure: "protocol" });
  expect(await client.send(posted(receiver.url.replace("http:", "https:")))).toMatchObject({
    failure: "tls",
  });
  expect(await client.send(posted("http://127.0.0.1:9/"))).toMatchObject({ failure: "unreachable" });
  expect(await client.send({ ...posted(receiver.url), headers: { "bad name": "x" } })).toMatchObject({
    failure: "protocol",
  });
});

test("headers without end are a failure", async () => {
  const receiver = await kept(
    startReceiver(
      (_received, response) => void response.writeHead(200, { "x-long": "a".repeat(40_000) }).end(),
    ),
  );
  expect(await (await inDevelopment()).send(posted(receiver.url))).toMatchObject({ failure: "protocol" });
});

test("a name that leads inside is blocked when it is connected to, also beside a public address", async () => {
  const names = await kept(startNameServer());
  const receiver = await kept(startReceiver());
  const port = Number(new URL(receiver.url).port);
  const client = await kept(
    new OutboundClient({ allowLoopback: false, ports: [port], dnsServers: [names.address] }),
  );
  names.names.set("inside.example.com", ["127.0.0.1"]);
  names.names.set("both.example.com", ["8.8.8.8", "127.0.0.1"]);
  names.names.set("meta.example.com", ["169.254.169.254"]);
  for (const name of ["inside", "both", "meta"]) {
    const answer = await client.send(posted(`https://${name}.example.com:${port}/`));
    expect(answer).toMatchObject({ answered: false, failure: "blocked", status: null });
  }
  expect(await client.send(posted(`https://nowhere.example.com:${port}/`))).toMatchObject({
    failure: "unresolved",
  });
  expect(receiver.connections()).toBe(0);
});

test("a name whose address changes is asked for and checked at each connection", async () => {
  const names = await kept(startNameServer());
  const receiver = await kept(startReceiver());
  const port = Number(new URL(receiver.url).port);
  const client = await kept(
    new OutboundClient({ allowLoopback: true, ports: [port], dnsServers: [names.address] }),
  );
  names.names.set("turning.example.com", ["127.0.0.1"]);
  // The receiver speaks no TLS, so this says that it was reached.
  expect(await client.send(posted(`https://turning.example.com:${port}/`))).toMatchObject({ failure: "tls" });
  names.names.set("turning.example.com", ["10.0.0.1"]);
  expect(await client.send(posted(`https://turning.example.com:${port}/`))).toMatchObject({
    failure: "blocked",
  });
  expect(names.asked).toEqual(["turning.example.com", "turning.example.com"]);
});

test("whoever enters an address is told when its name leads nowhere, or where nothing is sent", async () => {
  const names = await startNameServer();
  const client = await kept(
    new OutboundClient({ allowLoopback: false, ports: [443], dnsServers: [names.address] }),
  );
  names.names.set("public.example.com", ["8.8.8.8"]);
  names.names.set("inside.example.com", ["8.8.8.8", "10.0.0.1"]);
  expect(await client.hintOf("https://public.example.com/in")).toBeNull();
  expect(await client.hintOf("https://inside.example.com/in")).toBe("blocked");
  expect(await client.hintOf("https://nowhere.example.com/in")).toBe("unresolved");
  expect(await client.hintOf("https://8.8.8.8/in")).toBeNull();
  // Nobody who can tell is no reason to warn.
  await names.close();
  const begun = performance.now();
  expect(await client.hintOf("https://late.example.com/in")).toBeNull();
  expect(performance.now() - begun).toBeLessThan(5_000);
});
