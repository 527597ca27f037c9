import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";

export type HttpDoor = { origin: string; close(): Promise<void> };

/** Lets a handler of requests answer over real HTTP, at a free port of the loopback address. */
export async function openHttpDoor(answer: (request: Request) => Promise<Response>): Promise<HttpDoor> {
  const server = http.createServer((incoming, outgoing) => {
    void reply(incoming, outgoing, answer).catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function reply(
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  const method = incoming.method ?? "GET";
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const bodied = method !== "GET" && method !== "HEAD";
  const response = await answer(
    new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method,
      headers,
      ...(bodied ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: "half" } : {}),
    }),
  );
  // A request that was refused before its body was read leaves a connection that nobody can use again.
  outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), connection: "close" });
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}
