// Stands in for Stripe's servers on this machine: `node server/dev/stripe/main.ts`.
import fs from "node:fs";

import { startStripeStandIn } from "./stand-in.ts";

const standIn = await startStripeStandIn({
  port: Number(process.env.STRIPE_STAND_IN_PORT ?? 0),
  file: process.env.STRIPE_STAND_IN_FILE,
});
let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await standIn.close();
  process.exit(0);
}
process.on("SIGTERM", () => void stop());
process.on("SIGINT", () => void stop());

// A parent that gave us a pipe and is gone has closed it. A terminal or /dev/null says nothing about anybody.
const input = fs.fstatSync(0);
if (input.isFIFO() || input.isSocket())
  process.stdin
    .resume()
    .once("end", () => void stop())
    .once("error", () => void stop());

// Last: whoever reads it may stop us right away.
process.stdout.write(`stripe stand-in ready: ${standIn.url}\n`);
