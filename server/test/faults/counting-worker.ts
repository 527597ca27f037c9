// The product's worker with three handlers exchanged: one makes a project named by its payload, which is no harmless
// thing to do twice; one kills the process; one never comes to its end.
import { setTimeout as sleep } from "node:timers/promises";
import { audit } from "#server/audit/audit.ts";
import { handlers } from "#workers/handlers.ts";
import { runWorker } from "#workers/run-worker.ts";

await runWorker({
  ...handlers,
  "directory.sync-member": {
    inTenant: async (ctx, { memberId: name }) => {
      const { id } = await ctx.db.project.create({ data: { name }, select: { id: true } });
      const target = { type: "project", id, label: name };
      await audit(ctx, { action: "projects.create", target, after: { name } });
      ctx.log.info("counted");
    },
  },
  "audit.verify": { atDoor: async () => process.kill(process.pid, "SIGKILL") && undefined },
  "audit.export": { atDoor: () => sleep(600_000) },
});
