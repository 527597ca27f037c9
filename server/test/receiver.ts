import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

export type Received = {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  /** The port that the caller spoke from: the same one twice is the same connection. */
  fromPort: number;
};

/** An HTTP server on the loopback that keeps what it gets, and answers as the test says. */
export type Receiver = {
  url: string;
  received: Received[];
  /** How many connections were made. */
  connections(): number;
  close(): Promise<void>;
};

/** Starts one, on a free port without another; it answers 204 unless told otherwise. */
export async function startReceiver(
  answer: (received: Received, response: http.ServerResponse) => void = (_received, response) =>
    void response.writeHead(204).end(),
  port = 0,
): Promise<Receiver> {
  const received: Received[] = [];
  let connections = 0;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one: Received = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks),
        fromPort: request.socket.remotePort ?? 0,
      };
      received.push(one);
      answer(one, response);
    });
  });
  server.on("connection", () => connections++);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    connections: () => connections,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
