import { systemClock } from "../platform/clock.ts";
import { log } from "../platform/log.ts";
import type { Door, OrganizationInfo, RequestInfo } from "./context.ts";

/** A door for acts of the system: it passes no permission check, and says so in the audit log. */
export function systemDoor(organization: OrganizationInfo, request: RequestInfo): Door {
  return {
    organization,
    actor: { kind: "system", name: "Astra", permissions: new Set() },
    request,
    clock: systemClock,
    log: log("system").child({ requestId: request.id, organization: organization.id }),
    accessVersion: undefined,
  };
}
