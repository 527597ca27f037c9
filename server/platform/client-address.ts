import diagnostics from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";
import { v7 as uuid } from "uuid";
import { env } from "./env.ts";

/** Ours alone: whatever a client sends under this name is overwritten before anybody reads it. */
const peerHeader = "x-astra-peer";

/**
 * From now on notes on each HTTP request which address its connection came from. Next hands no socket to
 * handlers and fills x-forwarded-for only when the client sent none, so that header alone proves nothing.
 * Call it once, before the process serves.
 */
export function notePeerAddresses(): void {
  diagnostics.subscribe("http.server.request.start", notePeerAddress);
}

function notePeerAddress(message: unknown): void {
  // The channel's message is documented: { request, response, socket, server }.
  const { request } = message as { request: IncomingMessage };
  request.headers[peerHeader] = request.socket.remoteAddress ?? "";
}

/**
 * The client's address: the right-most hop that is no proxy of ours (TRUSTED_PROXY_HOPS says how many are),
 * counted from the connection itself. Null when it cannot be known; what the client claims is never believed.
 */
export function clientAddress(headers: Headers, proxies = env().TRUSTED_PROXY_HOPS): string | null {
  const forwarded = headers.get("x-forwarded-for")?.split(",") ?? [];
  const hops = [...forwarded, headers.get(peerHeader) ?? ""];
  return plainAddress(hops.at(-1 - proxies) ?? "");
}

/** One spelling per address: no port, no brackets, IPv4 as IPv4. Null for what is no address. */
function plainAddress(text: string): string | null {
  const bare = text
    .trim()
    .replace(/^\[([^\]]*)\](?::\d+)?$/, "$1")
    .replace(/^(\d+(?:\.\d+){3}):\d+$/, "$1");
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : null;
}

const requestIdPattern = /^[\w.-]{8,64}$/;

/** Where a request came from. Its id is new, unless a proxy of ours stands in front and gave it one. */
export function requestInfo(headers: Headers): { id: string; ip: string | null; userAgent: string | null } {
  const given = env().TRUSTED_PROXY_HOPS > 0 ? headers.get("x-request-id") : null;
  return {
    id: given && requestIdPattern.test(given) ? given : uuid(),
    ip: clientAddress(headers),
    userAgent: headers.get("user-agent")?.slice(0, 400) ?? null,
  };
}
