import { v7 as uuid } from "uuid";
import { enqueue } from "../jobs/enqueue.ts";
import { assertFeature } from "../plans/features.ts";
import { AppError, notFound } from "../platform/errors.ts";
import { outbound } from "../platform/outbound.ts";
import { newSigningSecret } from "../platform/webhook-signature.ts";
import type { WriteCtx } from "../tenancy/context.ts";
import { audit } from "./audit.ts";
import {
  streamErrors,
  streamsMax,
  type ById,
  type CreateAuditStream,
  type NewAuditStream,
  type UpdateAuditStream,
} from "./schema.ts";
import {
  closeCredential,
  openCredential,
  readDestination,
  type Credential,
  type Destination,
} from "./stream-record.ts";

/** How long a signing secret goes on signing beside the new one. */
const overlapMs = 86_400_000;

const columns = {
  id: true,
  name: true,
  destination: true,
  credential: true,
  state: true,
  overlapUntil: true,
} as const;

type StreamRow = {
  id: string;
  name: string;
  destination: string;
  credential: string;
  state: string;
  overlapUntil: Date | null;
};

/**
 * Adds a stream and answers its signing secret, which is shown this once. Throws AppError feature_missing,
 * too_many_streams and destination_refused.
 */
export async function createStream(ctx: WriteCtx, input: CreateAuditStream): Promise<NewAuditStream> {
  assertFeature(ctx, "audit_streams");
  // Two at once would both be the fifth: the chain's row, which everybody may read, cannot be locked by a tenant.
  await ctx.db.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 7))::text`;
  if ((await ctx.db.auditStream.count()) >= streamsMax) {
    throw new AppError("CONFLICT", "too_many_streams", `There can be ${streamsMax} streams at most.`);
  }
  const id = uuid();
  const parted = partedDestination(input.destination);
  const { destination, credential } = parted;
  assertReachable(parted);
  const chain = await ctx.db.auditChain.findUniqueOrThrow({ where: { one: true } });
  const whole = input.from === "beginning";
  await ctx.db.auditStream.create({
    data: {
      id,
      name: input.name,
      kind: destination.kind,
      destination: JSON.stringify(destination),
      credential: await closeCredential(ctx.db, ownerOf(ctx, id), credential),
      cursorSeq: whole ? chain.prunedSeq : chain.seq,
      cursorHead: whole ? chain.prunedHead : chain.head,
      createdAt: ctx.clock.now(),
    },
    select: { id: true },
  });
  const { kind, ...shown } = destination;
  await audit(ctx, {
    action: "audit.streams.create",
    target: targetOf({ id, name: input.name }),
    after: { name: input.name, kind, ...shown, from: input.from },
  });
  await enqueue(ctx, "audit.stream", { streamId: id });
  return { id, secret: credential.kind === "https" ? credential.signing : null };
}

/**
 * Changes a stream's name or destination; it is tried again at once. Throws AppError not_found, other_kind,
 * destination_refused, and secret_needed where an old secret would go to another place.
 */
export async function updateStream(ctx: WriteCtx, input: UpdateAuditStream): Promise<void> {
  const stream = await findStream(ctx, input.id);
  const before = readDestination(stream.destination);
  const owner = ownerOf(ctx, stream.id);
  const name = input.name ?? stream.name;
  let after = before;
  let secretsChanged = false;
  const data: { name: string; destination?: string; credential?: string; nextTryAt?: null } = { name };
  if (input.destination) {
    const known = await openKnown(ctx, stream);
    const changed = changedDestination(before, known, input.destination);
    after = changed.destination;
    assertReachable(changed);
    secretsChanged = JSON.stringify(changed.credential) !== JSON.stringify(known);
    data.destination = JSON.stringify(after);
    data.credential = await closeCredential(ctx.db, owner, changed.credential);
    data.nextTryAt = null;
    if (stream.state === "active") await enqueue(ctx, "audit.stream", { streamId: stream.id });
  }
  await ctx.db.auditStream.update({ where: { id: stream.id }, data, select: { id: true } });
  await audit(ctx, {
    action: "audit.streams.update",
    target: targetOf({ id: stream.id, name }),
    before: { name: stream.name, ...before },
    after: { name, ...after, ...(secretsChanged ? { secretsChanged } : {}) },
  });
}

/** Stops deliveries; what is sealed meanwhile is kept for the stream for a week at least. Throws AppError not_found. */
export async function pauseStream(ctx: WriteCtx, { id }: ById): Promise<void> {
  const stream = await findStream(ctx, id);
  if (stream.state === "active") {
    const data = { state: "paused", pausedAt: ctx.clock.now() };
    await ctx.db.auditStream.update({ where: { id }, data, select: { id: true } });
  }
  await auditState(ctx, "audit.streams.pause", stream, "paused");
}

/** Goes on where the stream stopped, at once. Throws AppError not_found and feature_missing. */
export async function resumeStream(ctx: WriteCtx, { id }: ById): Promise<void> {
  const stream = await findStream(ctx, id);
  assertFeature(ctx, "audit_streams");
  const data = { state: "active", pausedAt: null, nextTryAt: null };
  await ctx.db.auditStream.update({ where: { id }, data, select: { id: true } });
  await auditState(ctx, "audit.streams.resume", stream, "active");
  await enqueue(ctx, "audit.stream", { streamId: id });
}

/** Ends a stream and forgets its secrets. Throws AppError not_found. */
export async function deleteStream(ctx: WriteCtx, { id }: ById): Promise<void> {
  const stream = await findStream(ctx, id);
  await ctx.db.auditStream.delete({ where: { id }, select: { id: true } });
  await audit(ctx, {
    action: "audit.streams.delete",
    target: targetOf(stream),
    before: { name: stream.name, ...readDestination(stream.destination) },
  });
}

/**
 * Makes a new signing secret, shown this once. The one before signs beside it for a day. Throws AppError
 * not_found, and no_signing_secret for a destination that needs none.
 */
export async function rotateStreamSecret(
  ctx: WriteCtx,
  { id }: ById,
): Promise<{ secret: string; overlapUntil: Date }> {
  const stream = await findStream(ctx, id);
  const known = await openCredential(ctx.db, ownerOf(ctx, id), stream.credential);
  if (known.kind !== "https") {
    const message = "Objects are not signed. Enter another secret key by editing the stream.";
    throw new AppError("BAD_REQUEST", "no_signing_secret", message);
  }
  const secret = newSigningSecret();
  const overlapUntil = new Date(ctx.clock.now().getTime() + overlapMs);
  const credential: Credential = { ...known, signing: secret, former: known.signing };
  await ctx.db.auditStream.update({
    where: { id },
    data: { credential: await closeCredential(ctx.db, ownerOf(ctx, id), credential), overlapUntil },
    select: { id: true },
  });
  await audit(ctx, {
    action: "audit.streams.rotateSecret",
    target: targetOf(stream),
    after: { overlapUntil },
  });
  return { secret, overlapUntil };
}

/** Held until the end: of two changes at once the second sees what the first has made of the secrets. */
async function findStream(ctx: WriteCtx, id: string): Promise<StreamRow> {
  await ctx.db.$queryRaw`SELECT FROM audit_streams WHERE id = ${id}::uuid FOR UPDATE`;
  const stream = await ctx.db.auditStream.findUnique({ where: { id }, select: columns });
  if (!stream) throw notFound("stream");
  return stream;
}

async function auditState(ctx: WriteCtx, action: string, stream: StreamRow, state: string): Promise<void> {
  await audit(ctx, { action, target: targetOf(stream), before: { state: stream.state }, after: { state } });
}

function targetOf({ id, name }: { id: string; name: string }) {
  return { type: "audit_stream", id, label: name };
}

function ownerOf(ctx: WriteCtx, id: string) {
  return { organizationId: ctx.organization.id, id };
}

type Given = CreateAuditStream["destination"];
type Parted = { destination: Destination; credential: Credential };

/** Parts what may be shown from what is secret. */
function partedDestination(given: Given): Parted {
  if (given.kind === "s3") {
    const { secretAccessKey, ...destination } = given;
    return { destination, credential: { kind: "s3", secretAccessKey } };
  }
  const { url, authorization } = given;
  return {
    destination: { kind: "https", url: shownUrl(url), hasAuthorization: authorization !== undefined },
    credential: { kind: "https", signing: newSigningSecret(), url, authorization },
  };
}

/** Many collectors have their token in path or query: only where a stream leads is shown and recorded. */
function shownUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return pathname === "/" && search === "" ? `${origin}/` : `${origin}/…`;
}

/** A stream's secrets; the signing secret from before a rotation is forgotten once its day is over. */
async function openKnown(ctx: WriteCtx, stream: StreamRow): Promise<Credential> {
  const known = await openCredential(ctx.db, ownerOf(ctx, stream.id), stream.credential);
  if (known.kind !== "https" || (stream.overlapUntil ?? 0) > ctx.clock.now()) return known;
  return { ...known, former: undefined };
}

function changedDestination(
  before: Destination,
  known: Credential,
  given: NonNullable<UpdateAuditStream["destination"]>,
): Parted {
  if (given.kind === "s3" && before.kind === "s3" && known.kind === "s3") {
    const { secretAccessKey, ...destination } = given;
    const elsewhere = given.endpoint !== before.endpoint || given.accessKeyId !== before.accessKeyId;
    if (secretAccessKey === undefined && elsewhere) throw secretNeeded("secretAccessKey");
    const credential: Credential = { kind: "s3", secretAccessKey: secretAccessKey ?? known.secretAccessKey };
    return { destination, credential };
  }
  if (given.kind === "https" && before.kind === "https" && known.kind === "https") {
    // Whoever edits sees the shortened address only, and leaves it as it is.
    const url = given.url === before.url ? known.url : given.url;
    const elsewhere = new URL(url).origin !== new URL(before.url).origin;
    if (given.authorization === undefined && known.authorization !== undefined && elsewhere) {
      throw secretNeeded("authorization");
    }
    const authorization =
      given.authorization === undefined ? known.authorization : (given.authorization ?? undefined);
    return {
      destination: { kind: "https", url: shownUrl(url), hasAuthorization: authorization !== undefined },
      credential: { ...known, url, authorization },
    };
  }
  throw new AppError("BAD_REQUEST", "other_kind", "Add another stream for another kind of destination.");
}

/** Whoever may change the address must not learn, by that, a secret that somebody else has entered. */
function secretNeeded(field: string): AppError {
  const message = "Enter the secret again: it is not sent to another place than it was entered for.";
  return new AppError("BAD_REQUEST", "secret_needed", message, { field });
}

/** Where a destination is reached; an S3 one at Amazon's own address of the region when none is given. */
function addressOf({ destination, credential }: Parted): string {
  if (credential.kind === "https") return credential.url;
  if (destination.kind === "https") return destination.url;
  return destination.endpoint || `https://s3.${destination.region}.amazonaws.com`;
}

function assertReachable(parted: Parted): void {
  const { destination } = parted;
  const refusal = outbound().refusalOf(addressOf(parted));
  if (!refusal) return;
  const field = destination.kind === "https" ? "destination.url" : "destination.endpoint";
  throw new AppError("BAD_REQUEST", "destination_refused", streamErrors[refusal], { field });
}
