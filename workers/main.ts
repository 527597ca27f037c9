// The worker process: carries outbox rows to the queue, runs jobs, asks for the repeating ones. Any number may run.
import { handlers } from "./handlers.ts";
import { runWorker } from "./run-worker.ts";

await runWorker(handlers);
