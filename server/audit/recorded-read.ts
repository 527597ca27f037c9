import { recordSecurityEvent } from "../access/security-log.ts";
import { AppError } from "../platform/errors.ts";
import type { Door, ReadCtx } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { audit } from "./audit.ts";
import { withoutSecrets } from "./fields.ts";

/** Which reads of a procedure stand in the log: none but where the organization wants all, each, or one a minute. */
export type Recorded = boolean | "minute";

export type Read = { action: string; input: unknown; recorded: Recorded };

const minuteMs = 60_000;
const rememberedMax = 20_000;
/** When a member last read the same: the entry of that read is committed and covers the next minute. */
const lately = new Map<string, number>();

/**
 * Runs a reading verb, and where its reads are recorded commits its entry before the answer leaves: then it
 * runs read-write on the primary. In an organization that is read-only at present the entry goes to the
 * platform's log instead. Throws what the verb throws.
 */
export async function recordedRead<Result>(
  door: Door,
  read: Read,
  verb: (ctx: ReadCtx) => Promise<Result>,
): Promise<Result> {
  const key = keyOf(door, read);
  const recorded = read.recorded || door.recordReads === true;
  if (!recorded || (read.recorded !== true && isLate(key))) return transact(door, "read", verb);
  const input = withoutSecrets(read.input);
  const id = typeof input === "object" && input !== null && "id" in input ? input.id : "";
  const type = read.action.split(".")[0] ?? read.action;
  try {
    const result = await transact(door, "write", async (ctx) => {
      const answer = await verb(ctx);
      await audit(ctx, {
        action: read.action,
        target: { type, id: typeof id === "string" ? id : "", label: "" },
        // What somebody looks for may be somebody's name.
        ...(input === undefined ? {} : { after: { input }, personal: ["input"] }),
      });
      return answer;
    });
    remember(key);
    return result;
  } catch (error) {
    if (!(error instanceof AppError) || error.reason !== "organization_read_only") throw error;
    await recordInPlatform(door, read.action);
    return transact(door, "read", verb);
  }
}

async function recordInPlatform(door: Door, action: string): Promise<void> {
  const { organization, actor, request } = door;
  await recordSecurityEvent({
    kind: `read:${action}`,
    organizationId: organization.id,
    ...(actor.kind === "member" ? { accountId: actor.accountId } : {}),
    request,
  });
}

function keyOf(door: Door, read: Read): string {
  const { organization, actor, request } = door;
  // Each caller's own: one key's entry does not cover what another one reads.
  const who = actor.kind === "member" ? actor.memberId : actor.kind === "api_key" ? actor.keyId : actor.kind;
  return JSON.stringify([organization.id, who, request.ip, read.action, read.input]);
}

function isLate(key: string): boolean {
  return performance.now() - (lately.get(key) ?? -minuteMs) < minuteMs;
}

function remember(key: string): void {
  lately.delete(key);
  if (lately.size >= rememberedMax) lately.delete(lately.keys().next().value as string);
  lately.set(key, performance.now());
}
