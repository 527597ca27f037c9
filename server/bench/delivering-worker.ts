import { JobWorker } from "../jobs/worker.ts";
import { deliverToEndpoint } from "../webhooks/deliver.ts";
import { idleHandlers } from "./job-handlers.ts";

/** A worker that delivers and does nothing else. */
export function deliveringWorker(): JobWorker {
  return new JobWorker("main", { ...idleHandlers, "webhooks.deliver": { atDoor: deliverToEndpoint } });
}
