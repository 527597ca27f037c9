// The other process of the bench "access": tries an act whenever it is told to, and says how that went.
import type { AccountSession } from "../access/account-session.ts";
import { createRequestContext } from "../api/request-context.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { log } from "../platform/log.ts";

/** Who is to try it, and where. */
export type Try = { session: AccountSession; slug: string };
/** The reason of the refusal, and when it was there, in milliseconds since 1970. */
export type Tried = { reason: string; at: number };

const callerOf = createCallerFactory(appRouter);
const nowhere = "00000000-0000-7000-8000-000000000000";

function answer({ cause }: { cause?: { reason?: string } }): void {
  const tried: Tried = { reason: cause?.reason ?? "failed", at: performance.timeOrigin + performance.now() };
  process.send?.(tried);
}

process.on("message", (message) => {
  // Only the bench speaks to this process.
  const { session, slug } = message as Try;
  const context = createRequestContext({
    request: { id: crypto.randomUUID(), ip: null, userAgent: null },
    log: log("bench"),
    organizationSlug: slug,
    findSession: async () => session,
  });
  // There is no such project, so whoever may is told that.
  void callerOf(context).projects.archive({ id: nowhere }).catch(answer);
});
// A bench that fails takes this process with it.
process.once("disconnect", () => process.exit());
process.send?.("ready");
