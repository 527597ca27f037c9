import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, expect, test } from "vitest";
import superjson from "superjson";
import { openHttpDoor, type HttpDoor } from "../test/http-door.ts";
import { AstraError } from "./astra-error.ts";
import { buildClient } from "./client.ts";
import type { AstraClientOptions } from "./options.ts";

type Things = {
  list(input?: unknown, options?: object): Promise<unknown>;
  change(input: unknown): Promise<unknown>;
};

const doors: HttpDoor[] = [];
let calls: Request[] = [];

afterEach(() => {
  calls = [];
});
afterAll(() => Promise.all(doors.map((door) => door.close())));

/** A client of a server that answers with each of these in turn, and then with the last again. */
async function clientOf(
  answers: (() => Response | Promise<Response>)[],
  options: Partial<AstraClientOptions> = {},
): Promise<Things> {
  const door = await openHttpDoor(async (request) => {
    calls.push(request);
    return (answers[calls.length - 1] ?? answers.at(-1) ?? fine)();
  });
  doors.push(door);
  const procedures = {
    "things.list": { type: "query", input: true },
    "things.change": { type: "mutation", input: true },
  } as const;
  const given = { url: door.origin, apiKey: "key", organization: "acme", ...options };
  return buildClient(procedures, given)["things"] as Things;
}

const answered = (value: unknown) => Response.json({ result: { data: superjson.serialize(value) } });
const fine = () => answered({ at: new Date("2026-01-31T10:00:00.000Z") });
const refused = (status: number, reason: string, headers: Record<string, string> = {}) =>
  Response.json(
    { error: { json: { message: "No.", data: { reason, code: "NO", field: "name", requestId: "r1" } } } },
    { status, headers },
  );

async function failureOf(call: Promise<unknown>): Promise<AstraError> {
  const error: unknown = await call.then(
    () => new Error("the call was answered"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AstraError)) throw error;
  return error;
}

test("a call bears the key, names the organization, and its dates stay dates", async () => {
  const things = await clientOf([fine]);
  expect(await things.list({ from: new Date(0) })).toEqual({ at: new Date("2026-01-31T10:00:00.000Z") });
  const [call] = calls;
  expect(call?.method).toBe("GET");
  expect(call?.headers.get("authorization")).toBe("Bearer key");
  const url = new URL(call?.url ?? "");
  expect(url.pathname).toBe("/api/trpc/acme/things.list");
  expect(superjson.parse(url.searchParams.get("input") ?? "")).toEqual({ from: new Date(0) });
});

test("a token that a function gives is asked for anew before each try", async () => {
  let asked = 0;
  const things = await clientOf([() => refused(503, "busy"), fine], { apiKey: () => `token-${++asked}` });
  await things.list();
  expect(calls.map(({ headers }) => headers.get("authorization"))).toEqual([
    "Bearer token-1",
    "Bearer token-2",
  ]);
});

test("a refusal comes with its reason, field and request", async () => {
  const things = await clientOf([() => refused(403, "missing_permission")]);
  expect(await failureOf(things.list())).toMatchObject({
    name: "AstraError",
    message: "No.",
    reason: "missing_permission",
    code: "NO",
    status: 403,
    field: "name",
    requestId: "r1",
  });
  expect(calls).toHaveLength(1);
});

test("a reason that this client does not know stays readable, and the union closed", async () => {
  const things = await clientOf([() => refused(409, "of_tomorrow")]);
  expect(await failureOf(things.list())).toMatchObject({ reason: "unrecognized", rawReason: "of_tomorrow" });
});

test.each([429, 502, 503, 504])("a read is tried again after %i", async (status) => {
  const things = await clientOf([() => refused(status, "busy"), fine]);
  await things.list();
  expect(calls).toHaveLength(2);
});

test("a read is given up after the third try, and nothing else is tried again", async () => {
  expect(await failureOf((await clientOf([() => refused(503, "busy")])).list())).toMatchObject({
    reason: "busy",
  });
  expect(calls).toHaveLength(3);
  calls = [];
  await failureOf((await clientOf([() => refused(500, "internal")])).list());
  expect(calls).toHaveLength(1);
});

test("a change is never sent twice", async () => {
  const things = await clientOf([() => refused(503, "busy")]);
  expect(await failureOf(things.change({ name: "x" }))).toMatchObject({ reason: "busy", status: 503 });
  expect(calls).toHaveLength(1);
  expect(calls[0]?.method).toBe("POST");
});

test("Retry-After is waited for, and when the call has no time for that, it is told at once", async () => {
  const later = () => refused(429, "rate_limited", { "retry-after": "1" });
  const from = performance.now();
  await (await clientOf([later, fine])).list();
  expect(performance.now() - from).toBeGreaterThan(950);

  const much = () => refused(429, "rate_limited", { "retry-after": "3600" });
  const again = performance.now();
  const failure = await failureOf((await clientOf([much])).list());
  expect(failure).toMatchObject({ reason: "rate_limited", retryAfterMs: 3_600_000 });
  expect(performance.now() - again).toBeLessThan(1_000);
});

test("a call ends when its time is over, tries and pauses included", async () => {
  const things = await clientOf([() => sleep(5_000, new Response(), { ref: false })], { timeoutMs: 200 });
  const from = performance.now();
  expect(await failureOf(things.list())).toMatchObject({
    reason: "timed_out",
    code: "NO_ANSWER",
    status: null,
  });
  expect(performance.now() - from).toBeLessThan(2_000);
});

test("a signal breaks a call off", async () => {
  const things = await clientOf([() => sleep(5_000, new Response(), { ref: false })]);
  const failure = failureOf(things.list({}, { signal: AbortSignal.timeout(50) }));
  expect(await failure).toMatchObject({ reason: "aborted" });
});

test("no server, a page of another one, and a redirect are told apart from refusals", async () => {
  const gone = await clientOf([fine], { url: "http://127.0.0.1:9" });
  expect(await failureOf(gone.list())).toMatchObject({ reason: "unreachable", status: null });
  const page = await clientOf([() => new Response("<h1>Hello</h1>", { status: 404 })]);
  expect(await failureOf(page.list())).toMatchObject({ reason: "not_astra", status: 404 });
  const elsewhere = await clientOf([() => new Response(null, { status: 302, headers: { location: "/" } })]);
  expect(await failureOf(elsewhere.list())).toMatchObject({ reason: "unreachable" });
  // A redirect that was followed would have shown the key to whoever stands behind it.
  expect(calls.every(({ url }) => url.includes("/api/trpc/"))).toBe(true);
});

test("options that cannot be meant are refused before any call", () => {
  const options = { url: "https://astra.example.com", apiKey: "key", organization: "acme" };
  for (const wrong of [
    { url: "astra.example.com" },
    { url: "ftp://x" },
    { apiKey: "" },
    { organization: "" },
  ]) {
    expect(() => buildClient({}, { ...options, ...wrong })).toThrow(TypeError);
  }
});
