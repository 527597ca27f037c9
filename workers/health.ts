import { createServer, type IncomingMessage, type Server } from "node:http";
import { env } from "#server/platform/env.ts";
import { bearsToken } from "#server/platform/bearer.ts";
import { log } from "#server/platform/log.ts";
import { metricsRegistry } from "#server/platform/metrics.ts";
import { readiness } from "#server/platform/readiness.ts";

/** Answers /health/live, /health/ready and, for the holder of METRICS_TOKEN, /health/metrics on loopback. */
export function serveHealth(port: number, isReady: () => boolean): Server {
  const server = createServer((request, response) => {
    answer(request, isReady).then(
      ({ status, body }) => response.writeHead(status).end(body),
      (error: unknown) => {
        log("worker").warn({ err: error }, "health could not be told");
        response.writeHead(503).end("unavailable");
      },
    );
  });
  return server.listen(port, "127.0.0.1");
}

async function answer(
  request: IncomingMessage,
  isReady: () => boolean,
): Promise<{ status: number; body: string }> {
  const known = bearsToken(request.headers.authorization, env().METRICS_TOKEN);
  if (request.url === "/health/live") return { status: 200, body: "ok" };
  if (request.url === "/health/ready") {
    if (!isReady()) return { status: 503, body: "stopping" };
    const found = await readiness();
    return { status: found.status === "ok" ? 200 : 503, body: JSON.stringify(found) };
  }
  if (request.url === "/health/metrics" && known)
    return { status: 200, body: await metricsRegistry.metrics() };
  return { status: 404, body: "not found" };
}
