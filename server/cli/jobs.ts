import type { Command } from "commander";
import { ownerPool } from "../fleet/owner.ts";

/** jobs dead | replay | discard. */
export function jobCommands(program: Command): void {
  const jobs = program.command("jobs").description("Look after jobs that failed for good");

  jobs
    .command("dead")
    .description("List dead jobs, newest first")
    .option("--most <count>", "how many", "50")
    .action(async (options: { most: string }) => {
      const { rows } = await ownerPool("main").query<{
        id: string;
        name: string;
        error: string;
        created_at: Date;
      }>("SELECT id, name, error, created_at FROM astra.dead_jobs('infinity', $1)", [Number(options.most)]);
      for (const row of rows)
        console.log([row.id, row.created_at.toISOString(), row.name, row.error].join("\t"));
      if (rows.length === 0) console.log("No job is dead.");
    });

  jobs
    .command("replay")
    .description("Make dead jobs due again")
    .option("--id <id>", "one job")
    .option("--name <name>", "all dead jobs of a name")
    .action(async (options: { id?: string; name?: string }) => {
      if (!options.id === !options.name) throw new Error("say either --id or --name");
      const { rows } = await ownerPool("main").query<{ replayed: string }>(
        "SELECT astra.replay_dead($1, $2) AS replayed",
        [options.id ?? null, options.name ?? null],
      );
      console.log(`${rows[0]?.replayed ?? 0} jobs are due again.`);
    });

  jobs
    .command("discard")
    .description("Give a dead job up")
    .argument("<id>")
    .action(async (id: string) => {
      const { rows } = await ownerPool("main").query<{ discarded: boolean }>(
        "SELECT astra.discard_dead($1) AS discarded",
        [id],
      );
      if (!rows[0]?.discarded) throw new Error("this job is not dead");
      console.log("Discarded.");
    });
}
