import { createServer, type Server } from "node:http";
import { env } from "#server/platform/env.ts";
import { metricsRegistry } from "#server/platform/metrics.ts";

/** Answers /health/live, /health/ready and, for the holder of METRICS_TOKEN, /health/metrics on loopback. */
export function serveHealth(port: number, isReady: () => boolean): Server {
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: string) => response.writeHead(status).end(body);
    const token = env().METRICS_TOKEN;
    const known = token !== undefined && request.headers.authorization === `Bearer ${token}`;
    switch (request.url) {
      case "/health/live":
        return answer(200, "ok");
      case "/health/ready":
        return isReady() ? answer(200, "ok") : answer(503, "stopping");
      case "/health/metrics":
        return known ? answer(200, await metricsRegistry.metrics()) : answer(404, "not found");
      default:
        return answer(404, "not found");
    }
  });
  return server.listen(port, "127.0.0.1");
}
