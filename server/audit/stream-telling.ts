import { emit } from "../events/emit.ts";
import { notify } from "../notifications/notify.ts";
import type { Door, WriteCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { streamErrors, type StreamError } from "./schema.ts";

/** A shorter failure is over by itself before anybody has looked. */
const firstToldAt = 5;
const toldAgainEvery = 25;

type Stream = { id: string; name: string };

/** Tells those who manage streams that one has failed for a while, and again when it goes on. */
export async function tellFailing(
  door: Door,
  stream: Stream & { attempts: number },
  error: StreamError,
): Promise<void> {
  const { id, name, attempts } = stream;
  if (attempts !== firstToldAt && attempts % toldAgainEvery !== 0) return;
  const data = { name, reason: streamErrors[error] };
  await telling(door, async (ctx) => {
    await notify(ctx, "audit_stream_failing", { key: keyOf(id), data });
    await emit(ctx, "audit.stream_failing", { id, name, reason: error });
  });
}

/** Tells them that it works again, if they were told that it did not. */
export async function tellResumed(door: Door, stream: Stream & { attempts: number }): Promise<void> {
  const { id, name, attempts } = stream;
  if (attempts < firstToldAt) return;
  await telling(door, async (ctx) => {
    await notify(ctx, "audit_stream_resumed", { key: keyOf(id), data: { name } });
    await emit(ctx, "audit.stream_resumed", { id, name });
  });
}

function keyOf(streamId: string): string {
  return `audit_stream:${streamId}`;
}

/** Deliveries go on also where nobody can be told just now. */
async function telling(door: Door, tell: (ctx: WriteCtx) => Promise<void>): Promise<void> {
  await transact(door, "write", tell).catch((error: unknown) =>
    door.log.warn({ err: error }, "nobody was told of a stream"),
  );
}
