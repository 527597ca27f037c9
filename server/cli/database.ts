import type { Command } from "commander";
import { migrateAll } from "../fleet/migrate.ts";
import { fillReadyPool } from "../fleet/provision.ts";
import { setUpLogins } from "../fleet/setup.ts";
import { env } from "../platform/env.ts";

/** setup, migrate, seed. */
export function databaseCommands(program: Command): void {
  program
    .command("setup")
    .description("Create or update the three database logins (needs DATABASE_URL)")
    .action(setUpLogins);

  program
    .command("migrate")
    .description("Bring the platform and every tenant to this version, and fill the pool of ready schemas")
    .action(async () => {
      const report = await migrateAll("main");
      for (const { schema, error } of report.failed) console.error(`${schema}: ${error}`);
      const made = await fillReadyPool("main", env().READY_POOL_SIZE);
      console.log(
        `${report.migrated} tenants migrated, ${report.current} current, ${report.failed.length} failed, ${made} made ready`,
      );
      if (report.failed.length > 0) process.exitCode = 1;
    });

  program
    .command("seed")
    .description("Fill an empty installation with a demo")
    .option("--print", "print the demo logins as JSON, and write nothing")
    .option("--demo", "seed even when NODE_ENV is production")
    .option("--payments", "have the demo's organizations buy of the stand-in for Stripe, and nothing else")
    .action(async (options: { print?: boolean; demo?: boolean; payments?: boolean }) => {
      const { demoLogins, seedDemo } = await import("../dev/seed.ts");
      if (options.print) {
        console.log(JSON.stringify({ logins: demoLogins }));
        return;
      }
      if (env().NODE_ENV === "production" && !options.demo) {
        throw new Error("This is a production environment; say --demo if you really want demo data in it.");
      }
      if (options.payments) {
        if (!env().STRIPE_API_URL) throw new Error("Nothing is bought for a demo at Stripe itself.");
        const { buyForDemo } = await import("../dev/demo/payments.ts");
        await buyForDemo();
        return;
      }
      await seedDemo();
    });
}
