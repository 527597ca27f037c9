// The product's worker with one handler exchanged: it makes a project named by its payload, which is no harmless
// thing to do twice. Some names mean that it goes wrong.
import { audit } from "#server/audit/audit.ts";
import { handlers } from "#workers/handlers.ts";
import { runWorker } from "#workers/run-worker.ts";
import { poisonId } from "./poison.ts";

await runWorker({
  ...handlers,
  "directory.sync-member": {
    inTenant: async (ctx, { memberId: name }) => {
      if (name === poisonId) process.kill(process.pid, "SIGKILL");
      const { id } = await ctx.db.project.create({ data: { name }, select: { id: true } });
      ctx.log.info({ name }, "counted");
      const target = { type: "project", id, label: name };
      await audit(ctx, { action: "projects.create", target, after: { name } });
    },
  },
});
