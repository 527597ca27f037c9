import { inLog } from "../audit/log-transaction.ts";
import { logDoor } from "../audit/owner-door.ts";
import type { JobInfo } from "../jobs/run.ts";
import { wakeRelay } from "../jobs/wake.ts";
import { AppError } from "../platform/errors.ts";
import type { Door } from "../tenancy/context.ts";
import { transact } from "../tenancy/transact.ts";
import { Driver } from "./driver.ts";
import { endTurn, takeTurn } from "./slots.ts";
import { askAgain } from "./turn.ts";

/** An organization that is suspended or read-only is looked at again after so long; its deliveries wait. */
const standingPauseSeconds = 600;
/** One turn follows another at once for so long, where something came in the last moment of it. */
const followMs = 10_000;
/** When an organization has all its turns at other endpoints. */
const crowdedPauseMs = 500;

const driving = new Map<string, Driver>();

/**
 * Sends what is due to one endpoint. Any number may run: where this process sends to it already, that turn is told
 * to look again, and the endpoint's lease keeps other processes apart. A failed delivery does not fail the job.
 */
export async function deliverToEndpoint(
  door: Door,
  { endpointId }: { endpointId: string },
  job: Pick<JobInfo, "signal">,
): Promise<void> {
  // It looks behind this moment, or whoever follows it does: its own job's row stands until then.
  if (driving.get(endpointId)?.wake()) return;
  const begun = performance.now();
  let driver = new Driver(door, endpointId);
  const close = () => driver.close();
  job.signal.addEventListener("abort", close);
  try {
    for (;;) {
      driving.set(endpointId, driver);
      // Another may have come since the turn's end, and looks.
      if (!(await takeOneTurn(door, endpointId, driver)) || driving.get(endpointId) !== driver) return;
      if (performance.now() - begun > followMs || job.signal.aborted) break;
      driver = new Driver(door, endpointId);
    }
    await transact(door, "write", (ctx) => askAgain(ctx, endpointId, 0));
    wakeRelay("webhooks");
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "FORBIDDEN") throw error;
    await askForStanding(door, endpointId);
  } finally {
    job.signal.removeEventListener("abort", close);
    // Whoever has come since is there by now.
    if (driving.get(endpointId) === driver) driving.delete(endpointId);
  }
}

/** Answers whether there may be something that was not seen. */
async function takeOneTurn(door: Door, endpointId: string, driver: Driver): Promise<boolean> {
  const { id } = door.organization;
  if (!(await takeTurn(id))) {
    driver.end();
    await transact(door, "write", (ctx) => askAgain(ctx, endpointId, crowdedPauseMs));
    return false;
  }
  try {
    return await driver.run();
  } finally {
    endTurn(id);
  }
}

/** Nothing of a suspended organization can be written, so the owner's login asks for it. */
async function askForStanding(door: Door, endpointId: string): Promise<void> {
  await inLog(await logDoor(door.organization.id), (client) =>
    client.query("SELECT astra.ask_for_delivery($1, now() + $2 * interval '1 second', $3)", [
      endpointId,
      standingPauseSeconds,
      door.request.id,
    ]),
  );
}
