import { Command } from "commander";
import { closeOwnerPools } from "../fleet/owner.ts";
import { closePlatformDb } from "../platform/database.ts";
import { closeRedis } from "../platform/redis.ts";
import { closeTenancy } from "../tenancy/kernel.ts";
import { auditCommands } from "./audit.ts";
import { billingCommands } from "./billing.ts";
import { databaseCommands } from "./database.ts";
import { jobCommands } from "./jobs.ts";
import { tenantCommands } from "./tenants.ts";

const program = new Command("astra").description("Operate an Astra installation").showHelpAfterError();
databaseCommands(program);
tenantCommands(program);
jobCommands(program);
auditCommands(program);
billingCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await closeTenancy();
  await closePlatformDb();
  await closeOwnerPools();
  await closeRedis();
}
