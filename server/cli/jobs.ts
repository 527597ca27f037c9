import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { discardDeadJobs, listDeadJobs, replayDeadJobs, type OperatorAct } from "../operator/dead-jobs.ts";
import { DiscardDeadJobs, ListDeadJobs, ReplayDeadJobs } from "../operator/schema.ts";

/** jobs dead | replay | discard. */
export function jobCommands(program: Command): void {
  const jobs = program.command("jobs").description("Look after jobs that failed for good");

  jobs
    .command("dead")
    .description("List dead jobs, newest first")
    .option("--most <count>", "how many", "50")
    .action(async (options: { most: string }) => {
      const { items } = await listDeadJobs(ListDeadJobs.parse({ limit: Number(options.most) }));
      for (const job of items) {
        console.log(
          [job.id, job.createdAt.toISOString(), job.organization?.slug ?? "-", job.name, job.error].join(
            "\t",
          ),
        );
      }
      if (items.length === 0) console.log("No job is dead.");
    });

  jobs
    .command("replay")
    .description("Make dead jobs due again")
    .option("--id <id>", "one job")
    .option("--name <name>", "all dead jobs of a name")
    .action(async ({ id, name }: { id?: string; name?: string }) => {
      if (!id === !name) throw new Error("say either --id or --name");
      const { replayed } = await replayDeadJobs(
        fromHere(),
        ReplayDeadJobs.parse(id ? { ids: [id] } : { all: { name } }),
      );
      console.log(`${replayed} jobs are due again.`);
    });

  jobs
    .command("discard")
    .description("Give a dead job up")
    .argument("<id>")
    .requiredOption("--reason <text>", "why; it stands in the platform's log")
    .action(async (id: string, { reason }: { reason: string }) => {
      await discardDeadJobs(fromHere(), DiscardDeadJobs.parse({ ids: [id], reason }));
      console.log("Discarded.");
    });
}

/** Acts on the command line stand in the platform's log as well; who may open it is the machine's affair. */
export function fromHere(): OperatorAct {
  return { request: { id: `cli-${randomUUID()}`, ip: null, userAgent: "astra" } };
}
