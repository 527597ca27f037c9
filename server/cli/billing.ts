import type { Command } from "commander";
import { z } from "zod";
import { findOrganization } from "../access/directory.ts";
import { reconcileAll } from "../billing/reconcile.ts";
import { listReports } from "../billing/reconciliations.ts";
import { stripeClient } from "../billing/stripe.ts";
import { syncCatalogue } from "../billing/sync-catalogue.ts";
import { ListStripeEvents, ReplayStripeEvents } from "../operator/schema.ts";
import { listStripeEvents, replayStripeEvents } from "../operator/stripe-events.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import { listUnreported } from "../usage/unreported.ts";
import { fromHere } from "./jobs.ts";

/** billing sync-catalog | reconcile | reports | usage | events | replay. */
export function billingCommands(program: Command): void {
  const billing = program.command("billing").description("Look after what is sold");

  billing
    .command("sync-catalog")
    .description("Bring Stripe's products, prices and meters to what the catalogue says; may run again")
    .action(async () => {
      const { made, changed, kept } = await syncCatalogue(stripeClient());
      for (const name of made) console.log(`made\t${name}`);
      for (const name of changed) console.log(`changed\t${name}`);
      console.log(`${made.length} made, ${changed.length} changed, ${kept} as they should be.`);
    });

  billing
    .command("reconcile")
    .description(
      "Hold what was bought, and the seats that are billed, against Stripe, and put right what differs",
    )
    .option("--organization <address>", "only this one")
    .action(async ({ organization: slug }: { organization?: string }) => {
      const found = slug === undefined ? null : await findOrganization(slug);
      if (slug !== undefined && !found) throw new Error(`There is no organization ${slug}.`);
      // Without a key each look would fail by itself.
      stripeClient();
      const run = { requestId: "billing reconcile", signal: new AbortController().signal };
      const report = await reconcileAll(run, found ? { organizationId: found.id } : undefined);
      const { looked, repaired, seats, failed } = report;
      await printFindings(1);
      console.log(`${looked} looked at, ${repaired} repaired, ${seats} with other seats, ${failed} failed.`);
      if (failed > 0) process.exitCode = 1;
    });

  billing
    .command("reports")
    .description("Show what the latest reconciliations found, the newest first")
    .option("--most <count>", "how many", "10")
    .action(async (options: { most: string }) => {
      const reports = await printFindings(Most.parse(options.most));
      console.log(`${reports} in all.`);
    });
  usageCommands(billing);
  eventCommands(billing);
}

function usageCommands(billing: Command): void {
  billing
    .command("usage")
    .description("List the hours of usage that were not reported to Stripe; exits 1 where some never will be")
    .requiredOption("--organization <address>", "whose usage")
    .action(async ({ organization: slug }: { organization: string }) => {
      const found = await findOrganization(slug);
      if (!found) throw new Error(`There is no organization ${slug}.`);
      const door = systemDoor(found, { id: "billing usage", ip: null, userAgent: null });
      const hours = await transact(door, "read", listUnreported);
      for (const { hour, meter, quantity, state, error } of hours) {
        console.log([hour.toISOString(), meter, quantity, state, error ?? "-"].join("\t"));
      }
      const failed = hours.filter(({ state }) => state === "failed").length;
      console.log(`${hours.length - failed} wait, ${failed} failed.`);
      if (failed > 0) process.exitCode = 1;
    });
}

const Most = z.coerce.number().int().min(1).max(400);

/** A line for each run, and under it one for each organization that it concerned. */
async function printFindings(most: number): Promise<number> {
  const reports = await listReports(most);
  for (const { beganAt, organizationId, looked, repaired, seats, failed, findings } of reports) {
    const what = `${looked} looked at, ${repaired} repaired, ${seats} with other seats, ${failed} failed`;
    console.log([beganAt.toISOString(), organizationId ?? "all", what].join("\t"));
    for (const { organizationId: id, found } of findings) console.log(`\t${id}\t${found}`);
  }
  return reports.length;
}

function eventCommands(billing: Command): void {
  billing
    .command("events")
    .description("List events of Stripe from which nothing has followed, newest first")
    .option("--most <count>", "how many", "50")
    .action(async (options: { most: string }) => {
      const { items, total } = await listStripeEvents(
        ListStripeEvents.parse({ limit: Number(options.most) }),
      );
      for (const { id, receivedAt, state, type, organization, error } of items) {
        const of = organization?.slug ?? "-";
        console.log([id, receivedAt.toISOString(), state, type, of, error].join("\t"));
      }
      console.log(`${total} in all.`);
    });

  billing
    .command("replay")
    .description("Have such events acted upon anew")
    .option("--id <id>", "one event")
    .option("--all", "all of them, 500 at once")
    .action(async ({ id, all }: { id?: string; all?: boolean }) => {
      if (!id === !all) throw new Error("say either --id or --all");
      const input = ReplayStripeEvents.parse(id ? { ids: [id] } : { all: {} });
      const { replayed } = await replayStripeEvents(fromHere(), input);
      console.log(`${replayed} events are due again.`);
    });
}
