import { fillReadyPool } from "#server/fleet/provision.ts";
import { sendAccountMail } from "#server/identity/account-mail.ts";
import type { Handlers } from "#server/jobs/run.ts";
import { eraseOrganization } from "#server/organizations/erase.ts";
import { openOrganization } from "#server/organizations/open.ts";
import { syncMember, syncProfile } from "#server/organizations/projection.ts";
import { env } from "#server/platform/env.ts";

/** Which verb does which job. A job of the registry without an entry here does not compile. */
export const handlers: Handlers = {
  "fleet.fill-ready-pool": {
    platform: async () => {
      await fillReadyPool("main", env().READY_POOL_SIZE);
    },
  },
  "organizations.open": { platform: ({ organizationId }) => openOrganization(organizationId) },
  "organizations.erase": { atDoor: (door) => eraseOrganization(door) },
  "mail.account": { platform: (payload) => sendAccountMail(payload) },
  "directory.sync-profile": { atDoor: (door) => syncProfile(door.organization.id) },
  "directory.sync-member": { atDoor: (door, { memberId }) => syncMember(door.organization.id, memberId) },
};
