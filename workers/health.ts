import { createServer, type IncomingMessage, type Server } from "node:http";
import { env } from "#server/platform/env.ts";
import { metricsRegistry } from "#server/platform/metrics.ts";

/** Answers /health/live, /health/ready and, for the holder of METRICS_TOKEN, /health/metrics on loopback. */
export function serveHealth(port: number, isReady: () => boolean): Server {
  const server = createServer((request, response) => {
    void answer(request, isReady).then(({ status, body }) => response.writeHead(status).end(body));
  });
  return server.listen(port, "127.0.0.1");
}

async function answer(
  request: IncomingMessage,
  isReady: () => boolean,
): Promise<{ status: number; body: string }> {
  const token = env().METRICS_TOKEN;
  const known = token !== undefined && request.headers.authorization === `Bearer ${token}`;
  if (request.url === "/health/live") return { status: 200, body: "ok" };
  if (request.url === "/health/ready") {
    return isReady() ? { status: 200, body: "ok" } : { status: 503, body: "stopping" };
  }
  if (request.url === "/health/metrics" && known)
    return { status: 200, body: await metricsRegistry.metrics() };
  return { status: 404, body: "not found" };
}
