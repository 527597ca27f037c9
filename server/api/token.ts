import { z } from "zod";
import { signToken, publicTokenKeys, tokenSecondsMax } from "../access/access-token.ts";
import { findOrganizationById } from "../access/directory.ts";
import { assertGrantable } from "../access/grant.ts";
import { keyAccess, malformedKey, unknownKey } from "../access/key-access.ts";
import { readKeyText } from "../access/key-text.ts";
import { isPermission } from "../access/permissions.ts";
import type { AccountDoor } from "../identity/account-door.ts";
import { readBounded } from "../platform/bounded-body.ts";
import { systemClock, type Clock } from "../platform/clock.ts";
import { AppError, errorStatus } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import type { Actor, RequestInfo } from "../tenancy/context.ts";
import { countCall, countTokenRequest, rateHeaders, rateLimited, type RateState } from "./rate-limit.ts";
import { countingRefusals } from "./refused-keys.ts";
import { bearerOf } from "./request-context.ts";

const bodyMaxBytes = 16 * 1024;
const secondsMin = 60;

/** What may be asked for beside the token itself: fewer scopes, less time. */
const Wish = z.strictObject({
  scopes: z.array(z.string().max(100)).min(1).max(100).optional(),
  expiresInSeconds: z.int().min(secondsMin).max(tokenSecondsMax).default(tokenSecondsMax),
});
type Wish = z.infer<typeof Wish>;

/**
 * Answers POST /api/token: an API key in the Authorization header becomes a token that lives for minutes and
 * carries the key's scopes, or the named ones of them.
 */
export async function answerToken(
  request: Request,
  info: RequestInfo,
  clock: Clock = systemClock,
): Promise<Response> {
  const noted: { rate?: RateState } = {};
  const headers = () => ({
    "x-request-id": info.id,
    "cache-control": "no-store",
    ...(noted.rate ? rateHeaders(noted.rate) : {}),
  });
  const call = { request: info, clock, log: log("web") };
  try {
    const wish = await readWish(request);
    const text = bearerOf(request.headers.get("authorization"));
    if (text === null) {
      throw new AppError("UNAUTHENTICATED", "not_signed_in", "Send an API key as the bearer of the request.");
    }
    return Response.json(await grant(text, wish, call, noted), { headers: headers() });
  } catch (error) {
    return refusal(error, info, headers());
  }
}

async function grant(text: string, wish: Wish, call: AccountDoor, noted: { rate?: RateState }) {
  const now = call.clock.now();
  const parts = await countingRefusals(call, async () => {
    const read = readKeyText(text);
    if (!read) throw malformedKey();
    return read;
  });
  // The text is one of ours, so its own limit can be asked before anything is looked up.
  noted.rate = await countTokenRequest(parts.keyId);
  if (noted.rate.exceeded) throw rateLimited(noted.rate);
  // What stands in a token is believed for minutes, so it is read anew.
  const look = () => keyAccess(parts, now, { fresh: true });
  const { expiresAt, ...access } = await countingRefusals(call, look);
  const organization = await findOrganizationById(parts.organizationId);
  if (!organization) throw unknownKey();
  const actor: Actor = { kind: "api_key", ...access };
  noted.rate = await countCall(organization, actor);
  if (noted.rate.exceeded) throw rateLimited(noted.rate);
  const unknown = (wish.scopes ?? []).filter((scope) => !isPermission(scope));
  if (unknown.length > 0) {
    const message = `There is no such permission: ${unknown.join(", ")}.`;
    throw new AppError("BAD_REQUEST", "unknown_permission", message, { field: "scopes", names: unknown });
  }
  const scopes = (wish.scopes ?? [...actor.permissions]).filter(isPermission);
  assertGrantable(actor, scopes, "scopes");
  const left = expiresAt ? Math.floor((expiresAt.getTime() - now.getTime()) / 1_000) : tokenSecondsMax;
  const seconds = Math.max(1, Math.min(wish.expiresInSeconds, left));
  const { organizationId, keyId } = parts;
  const subject = access.keyKind === "personal" ? (access.createdById ?? keyId) : keyId;
  const token = await signToken({ organizationId, keyId, subject, scopes }, now, seconds);
  return {
    access_token: token,
    token_type: "Bearer",
    expires_in: seconds,
    scope: scopes.join(" "),
    organization: organization.slug,
  };
}

/** Answers GET /api/token/keys: the public keys, in the form of a JSON Web Key Set. */
export async function answerTokenKeys(clock: Clock = systemClock): Promise<Response> {
  const headers = { "cache-control": "public, max-age=3600", "content-type": "application/jwk-set+json" };
  return new Response(JSON.stringify(await publicTokenKeys(clock.now())), { headers });
}

async function readWish(request: Request): Promise<Wish> {
  const text = new TextDecoder().decode(await readBounded(request, bodyMaxBytes));
  const parsed = Wish.safeParse(text.trim() === "" ? {} : parsedJson(text));
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new AppError("BAD_REQUEST", "invalid_input", "Some of what was sent is not right.", { field });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("BAD_REQUEST", "bad_json", "The request is not JSON.", { cause });
  }
}

function refusal(error: unknown, info: RequestInfo, headers: Record<string, string>): Response {
  if (!(error instanceof AppError) || error.code === "INTERNAL") {
    log("web").error({ err: error, requestId: info.id }, "a token could not be made");
    return Response.json({ reason: "internal", message: "Something went wrong." }, { status: 500, headers });
  }
  const { reason, message, code, field = null, names = null } = error;
  const body = { reason, message, field, names, requestId: info.id };
  return Response.json(body, { status: errorStatus[code], headers });
}
