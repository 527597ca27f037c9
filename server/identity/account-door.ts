import { systemClock } from "../platform/clock.ts";
import { requestInfo } from "../platform/client-address.ts";
import { log } from "../platform/log.ts";
import type { Door } from "../tenancy/context.ts";

/** What a verb of the identity knows of its call: an account acts outside of any organization. */
export type AccountDoor = Pick<Door, "request" | "clock" | "log">;

/** The door of one HTTP request. */
export function accountDoor(headers: Headers): AccountDoor {
  const request = requestInfo(headers);
  return { request, clock: systemClock, log: log("identity").child({ requestId: request.id }) };
}
