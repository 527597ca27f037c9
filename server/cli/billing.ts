import type { Command } from "commander";
import { stripeClient } from "../billing/stripe.ts";
import { syncCatalogue } from "../billing/sync-catalogue.ts";

/** billing sync-catalog. */
export function billingCommands(program: Command): void {
  const billing = program.command("billing").description("Look after what is sold");

  billing
    .command("sync-catalog")
    .description("Bring Stripe's products and prices to what the catalogue says; may run again")
    .action(async () => {
      const { made, changed, kept } = await syncCatalogue(stripeClient());
      for (const name of made) console.log(`made\t${name}`);
      for (const name of changed) console.log(`changed\t${name}`);
      console.log(`${made.length} made, ${changed.length} changed, ${kept} as they should be.`);
    });
}
