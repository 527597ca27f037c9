import { promises as dns } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import zlib from "node:zlib";
import { Agent, type Dispatcher } from "undici";
import { env } from "./env.ts";
import { isLoopback, isPublicAddress, readOutboundUrl, type OutboundRules } from "./outbound-address.ts";

/** What is sent to an address that an organization has given. */
export type OutboundRequest = {
  url: string;
  method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  headers: Record<string, string>;
  body?: string | Uint8Array;
  /** For all of it: finding the name, connecting, headers and body, in milliseconds. */
  deadlineMs: number;
};

/** How long each part took, in milliseconds; a connection that was open already takes next to nothing. */
export type OutboundTimings = { connectMs: number; headersMs: number; bodyMs: number; totalMs: number };

/** Why there is no answer; nothing in it tells what stands at an address that is not to be reached. */
export type OutboundFailure =
  | "refused_url"
  | "blocked"
  | "unresolved"
  | "unreachable"
  | "tls"
  | "timeout"
  | "redirect"
  | "protocol";

/** An answer of any status but a redirect, or why there is none. */
export type OutboundAnswer =
  | {
      answered: true;
      status: number;
      headers: Record<string, string>;
      /** The first 16 KiB at most, decompressed. */
      body: Buffer;
      truncated: boolean;
      timings: OutboundTimings;
    }
  | { answered: false; failure: OutboundFailure; status: number | null; timings: OutboundTimings };

const bodyBytesMax = 16 * 1024;
const headerBytesMax = 16 * 1024;
const resolveTimeoutMs = 2_500;
/** Somebody waits for the answer in the console. */
const hintTimeoutMs = 1_000;
const connectTimeoutMs = 10_000;
const idleMs = 4_000;
const deadlineMsMax = 60_000;

/**
 * The one way to send something to an address that an organization has given: it reaches the public internet
 * and nothing else, follows no redirect, keeps connections for a while, and ends in time. Never throws for
 * what the other side does.
 */
export class OutboundClient {
  readonly #rules: OutboundRules;
  readonly #agent: Agent;
  readonly #hints: dns.Resolver;

  /** `dnsServers` asks other servers than the system's. */
  constructor(rules: OutboundRules & { dnsServers?: readonly string[] }) {
    this.#rules = rules;
    const resolver = new dns.Resolver({ timeout: resolveTimeoutMs, tries: 2 });
    this.#hints = new dns.Resolver({ timeout: hintTimeoutMs, tries: 1 });
    if (rules.dnsServers) for (const one of [resolver, this.#hints]) one.setServers(rules.dnsServers);
    this.#agent = new Agent({
      allowH2: false,
      pipelining: 1,
      connect: { lookup: guardedLookup(resolver, rules), timeout: connectTimeoutMs },
      keepAliveTimeout: idleMs,
      maxHeaderSize: headerBytesMax,
      // One deadline of ours stands over all of it.
      headersTimeout: deadlineMsMax,
      bodyTimeout: deadlineMsMax,
    });
  }

  /** Why nothing would ever be sent to an address, as far as its text tells; null when it may be tried. */
  refusalOf(url: string): "refused_url" | "blocked" | null {
    const read = readOutboundUrl(url, this.#rules);
    return typeof read === "string" ? read : null;
  }

  /**
   * What an address's name leads to just now, for whoever enters it: null when it can be reached, or nobody can tell.
   * It is looked at again whenever something is sent.
   */
  async hintOf(url: string): Promise<"unresolved" | "blocked" | null> {
    const host = URL.parse(url)?.hostname.replace(/^\[|\]$/g, "");
    if (!host || isIP(host) !== 0) return null;
    try {
      await addressesOf(this.#hints, host, this.#rules);
      return null;
    } catch (error) {
      if (error instanceof Blocked) return "blocked";
      const { code } = error as NodeJS.ErrnoException;
      return code === "ENOTFOUND" || code === "ENODATA" ? "unresolved" : null;
    }
  }

  /** Sends one request. Throws RangeError for a deadline over a minute. */
  async send(request: OutboundRequest): Promise<OutboundAnswer> {
    if (!(request.deadlineMs > 0 && request.deadlineMs <= deadlineMsMax))
      throw new RangeError("a deadline is a minute at most");
    const exchange = new Exchange();
    const url = readOutboundUrl(request.url, this.#rules);
    if (typeof url === "string") return exchange.failed(url);
    const timer = setTimeout(() => exchange.stop("timeout"), request.deadlineMs);
    try {
      this.#agent.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: request.method,
          headers: { "accept-encoding": "gzip, deflate, br", "user-agent": "Astra", ...request.headers },
          body: request.body ?? null,
        },
        exchange,
      );
      return await exchange.answer;
    } catch (error) {
      // What undici refuses before it sends: a header that is none.
      return exchange.failed(failureOf(error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** One request and what comes of it, in undici's own terms: the earliest point at which it can be held back. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly answer: Promise<OutboundAnswer>;
  readonly #settle: (answer: OutboundAnswer) => void;
  readonly #from = performance.now();
  #startedAt: number | undefined;
  #headersAt: number | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #stopped: OutboundFailure | undefined;
  #status = 0;
  #headers: Record<string, string> = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<OutboundAnswer>();
    this.answer = promise;
    this.#settle = resolve;
  }

  /** Ends the exchange from our side, wherever it is. */
  stop(failure: OutboundFailure): void {
    this.#stopped ??= failure;
    this.#settle(this.failed(failure));
    this.#controller?.abort(new Error(failure));
  }

  failed(failure: OutboundFailure, status: number | null = null): OutboundAnswer {
    return { answered: false, failure, status, timings: this.#timings() };
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#startedAt = performance.now();
    if (this.#stopped) controller.abort(new Error(this.#stopped));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // 100 and its like come before the answer.
    if (status < 200) return;
    this.#headersAt = performance.now();
    this.#status = status;
    this.#headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(", ") : (value ?? ""),
      ]),
    );
    if (status >= 300 && status < 400) {
      this.#settle(this.failed("redirect", status));
      controller.abort(new Error("redirect"));
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= bodyBytesMax) return;
    void this.#answered(true);
    controller.abort(new Error("enough"));
  }

  onResponseEnd(): void {
    void this.#answered(false);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // Ended by ourselves, the body being long enough.
    if (this.#bytes > bodyBytesMax) return;
    this.#settle(this.failed(failureOf(error)));
  }

  async #answered(cut: boolean): Promise<void> {
    const raw = Buffer.concat(this.#chunks).subarray(0, bodyBytesMax);
    const timings = this.#timings();
    const decoded = await decompressed(raw, this.#headers["content-encoding"]);
    this.#settle({
      answered: true,
      status: this.#status,
      headers: this.#headers,
      body: decoded.body,
      truncated: cut || decoded.truncated,
      timings,
    });
  }

  #timings(): OutboundTimings {
    const now = performance.now();
    const started = this.#startedAt ?? now;
    const headers = this.#headersAt ?? now;
    return {
      connectMs: started - this.#from,
      headersMs: headers - started,
      bodyMs: now - headers,
      totalMs: now - this.#from,
    };
  }
}

/** The first 16 KiB of what is packed; a body that cannot be unpacked counts as empty, for the status decides. */
async function decompressed(
  raw: Buffer,
  encoding: string | undefined,
): Promise<{ body: Buffer; truncated: boolean }> {
  const open = unpackers[encoding?.trim().toLowerCase() ?? ""];
  if (!open) return { body: raw, truncated: false };
  const unpacker = open();
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    unpacker.end(raw);
    for await (const chunk of unpacker as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      // Leaving the loop ends the unpacker: a small body may unpack to gigabytes.
      if (bytes > bodyBytesMax)
        return { body: Buffer.concat(chunks).subarray(0, bodyBytesMax), truncated: true };
    }
    return { body: Buffer.concat(chunks), truncated: false };
  } catch {
    return { body: Buffer.concat(chunks), truncated: true };
  }
}

const chunkSize = 4 * 1024;
const unpackers: Record<string, (() => NodeJS.ReadWriteStream & { end(raw: Buffer): unknown }) | undefined> =
  {
    gzip: () => zlib.createGunzip({ chunkSize }),
    "x-gzip": () => zlib.createGunzip({ chunkSize }),
    deflate: () => zlib.createInflate({ chunkSize }),
    br: () => zlib.createBrotliDecompress({ chunkSize }),
  };

/** A name led to an address that is not to be reached. */
class Blocked extends Error {
  readonly code = "ASTRA_BLOCKED";
}

/**
 * Finds a name's addresses at the moment of connecting, and lets none through when one of them is not public:
 * what was looked up before may have changed. The hosts file and search domains are not asked.
 */
function guardedLookup(resolver: dns.Resolver, rules: OutboundRules): LookupFunction {
  return (name, options, callback) => {
    addressesOf(resolver, name, rules).then(
      (addresses) => {
        const wanted = addresses.filter(({ family }) => !options.family || options.family === family);
        const [first] = wanted;
        if (!first) callback(Object.assign(new Error("no address"), { code: "ENOTFOUND" }), "", 0);
        else if (options.all) callback(null, wanted);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
}

type Address = { address: string; family: 4 | 6 };

async function addressesOf(resolver: dns.Resolver, name: string, rules: OutboundRules): Promise<Address[]> {
  if (rules.allowLoopback && name === "localhost") return [{ address: "127.0.0.1", family: 4 }];
  const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses: Address[] = [
    ...(four.status === "fulfilled" ? four.value : []).map((address) => ({ address, family: 4 as const })),
    ...(six.status === "fulfilled" ? six.value : []).map((address) => ({ address, family: 6 as const })),
  ];
  if (addresses.length === 0 && four.status === "rejected") throw four.reason;
  const allowed = ({ address }: Address) =>
    isPublicAddress(address) || (rules.allowLoopback && isLoopback(address));
  if (!addresses.every(allowed)) throw new Blocked("blocked");
  return addresses;
}

const resolveCodes =
  /^(?:ENOTFOUND|ENODATA|ESERVFAIL|EREFUSED|ETIMEOUT|EBADNAME|EFORMERR|ENOTIMP|EBADRESP|ENOMEM|EAI_\w+)$/;
const tlsCodes =
  /^(?:ERR_TLS|ERR_SSL|EPROTO$|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA|ERR_OSSL)/;
const protocolCodes =
  /^(?:HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_INVALID_ARG|UND_ERR_REQ_CONTENT|UND_ERR_RES_CONTENT)/;
const timeoutCodes = /^(?:UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT|ETIMEDOUT)$/;

function failureOf(error: unknown): OutboundFailure {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "ASTRA_BLOCKED") return "blocked";
  if (resolveCodes.test(code)) return "unresolved";
  if (tlsCodes.test(code)) return "tls";
  if (timeoutCodes.test(code)) return "timeout";
  if (protocolCodes.test(code) || (error instanceof Error && error.name === "HTTPParserError"))
    return "protocol";
  return "unreachable";
}

let shared: OutboundClient | undefined;

/** The process's client, by the installation's rules. */
export function outbound(): OutboundClient {
  shared ??= new OutboundClient({
    allowLoopback: env().OUTBOUND_ALLOW_LOOPBACK,
    ports: env().OUTBOUND_PORTS,
  });
  return shared;
}

/** Ends the process's outgoing connections. */
export async function closeOutbound(): Promise<void> {
  await shared?.close();
  shared = undefined;
}
