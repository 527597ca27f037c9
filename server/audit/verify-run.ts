import { recordSecurityEvent } from "../access/security-log.ts";
import { emit } from "../events/emit.ts";
import { notify } from "../notifications/notify.ts";
import type { Door } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { inLog } from "./log-transaction.ts";
import { logDoor } from "./owner-door.ts";
import { noteRun, openStates } from "./runs.ts";
import { sealLog } from "./sweep.ts";
import type { Verdict } from "./verdict.ts";
import { verifyAudit } from "./verify.ts";

/** As much of a finding as a notification holds, in characters. */
const noticeMax = 400;
const progressEveryMs = 400;

/**
 * Seals what is settled, verifies the log and keeps the verdict: on the run, and as the chain's last one. Throws the
 * signal's reason when it is aborted.
 */
export async function runVerification(
  door: Door,
  { runId }: { runId: string },
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const { id } = door.organization;
  await noteRun(door, runId, { state: "running", done: 0 });
  // A broken chain is not sealed any further; what is wrong with it is said below.
  await sealLog(id).catch((error: unknown) =>
    door.log.warn({ err: error }, "not sealed before it is verified"),
  );
  let noted = performance.now();
  const verdict = await verifyAudit(id, {
    ...(signal ? { signal } : {}),
    onProgress: async (done, total) => {
      if (performance.now() - noted < progressEveryMs) return;
      noted = performance.now();
      await noteRun(door, runId, { done, total });
    },
  });
  signal?.throwIfAborted();
  await keepVerdict(id, verdict);
  if (verdict.finding) await alarm(door, runId, verdict);
  const { entries } = verdict;
  const result = JSON.stringify(verdict);
  await noteRun(door, runId, {
    state: "done",
    done: entries,
    total: entries,
    result,
    finishedAt: door.clock.now(),
  });
}

/** Notes that a verification will not come to its end any more. */
export async function giveUpVerification(door: Door, { runId }: { runId: string }): Promise<void> {
  await transact(door, "write", (ctx) =>
    ctx.db.auditRun.updateMany({
      where: { id: runId, state: { in: [...openStates] } },
      data: { state: "failed", finishedAt: ctx.clock.now() },
    }),
  );
}

async function keepVerdict(organizationId: string, verdict: Verdict): Promise<void> {
  await inLog(await logDoor(organizationId), (client) =>
    client.query("UPDATE audit_chain SET verified_seq = $1, verified_at = now(), verified_finding = $2", [
      verdict.through,
      verdict.finding && JSON.stringify(verdict.finding),
    ]),
  );
}

/** A broken chain concerns the operators as well, and must not stand in the broken log alone. */
async function alarm(door: Door, runId: string, { finding }: Verdict): Promise<void> {
  door.log.error({ finding }, "an audit chain is broken");
  await recordSecurityEvent({
    kind: "audit_chain_broken",
    organizationId: door.organization.id,
    request: door.request,
    detail: { ...finding },
  });
  if (!finding) return;
  const { seq } = finding;
  const detail = finding.detail.slice(0, noticeMax);
  await transact(door, "write", async (ctx) => {
    await notify(ctx, "audit_chain_broken", { key: "audit_chain", data: { seq, detail } });
    await emit(ctx, "audit.chain_broken", { id: runId, seq });
  });
}
