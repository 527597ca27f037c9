import type { JobInfo } from "../jobs/run.ts";
import type { Door } from "../tenancy/context.ts";

/** Sends what is due to one endpoint. */
export async function deliverToEndpoint(
  _door: Door,
  _payload: { endpointId: string },
  _job: Pick<JobInfo, "signal">,
): Promise<void> {
  throw new Error("nothing is delivered yet");
}
