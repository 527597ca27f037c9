// Stands in for Stripe's servers on this machine: `node server/dev/stripe/main.ts`.
import { serveUntilStopped } from "../serve-until-stopped.ts";
import { startStripeStandIn } from "./stand-in.ts";

const standIn = await startStripeStandIn({
  port: Number(process.env.STRIPE_STAND_IN_PORT ?? 0),
  file: process.env.STRIPE_STAND_IN_FILE,
});
serveUntilStopped(standIn, `stripe stand-in ready: ${standIn.url}`);
