import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** A receiver in this process that answers after a pause, and says when each request has come. */
export type TimedReceiver = { url: string; close(): Promise<void> };

/** Starts one on the loopback; `onRequest` hears of each request as its headers come, with its path and webhook-id. */
export async function startTimedReceiver(
  pauseMs: number,
  onRequest: (path: string, id: string) => void,
): Promise<TimedReceiver> {
  const server = http.createServer((request, response) => {
    onRequest(request.url ?? "", String(request.headers["webhook-id"]));
    request.resume();
    request.on("end", () => {
      if (pauseMs > 0) setTimeout(() => response.writeHead(200).end(), pauseMs);
      else response.writeHead(200).end();
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
