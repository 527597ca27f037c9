import { deliverStream } from "#server/audit/stream-deliver.ts";
import { warnOfExpiringKeys } from "#server/api-keys/warn.ts";
import { giveUpExport, runExport } from "#server/audit/export.ts";
import { retainAll } from "#server/audit/retain.ts";
import { giveUpVerification, runVerification } from "#server/audit/verify-run.ts";
import { sealLog, sweepAll, sweepNoted } from "#server/audit/sweep.ts";
import { closeCustomer } from "#server/billing/close.ts";
import { noteChange } from "#server/billing/note-change.ts";
import { reconcileAll } from "#server/billing/reconcile.ts";
import { fitSeats } from "#server/billing/seats.ts";
import { takeEvent } from "#server/billing/take-event.ts";
import { tellNotice } from "#server/billing/tell-notice.ts";
import { remindOfTrials } from "#server/billing/trial-reminders.ts";
import { fillReadyPool } from "#server/fleet/provision.ts";
import { tellOrganizations } from "#server/identity/account-events.ts";
import { sendAccountMail } from "#server/identity/account-mail.ts";
import { trimIdentity } from "#server/identity/trim.ts";
import { syncAccount } from "#server/identity/sync-account.ts";
import { trimSettled } from "#server/jobs/outbox.ts";
import { trimInvites } from "#server/invites/trim.ts";
import type { Handlers } from "#server/jobs/run.ts";
import { sendPlatformMail, sendTenantMail } from "#server/mail/deliver.ts";
import { trimMails } from "#server/mail/ledger.ts";
import { trimNotifications } from "#server/notifications/trim.ts";
import { eraseDiscarded } from "#server/organizations/discard.ts";
import { eraseOrganization } from "#server/organizations/erase.ts";
import { openOrganization } from "#server/organizations/open.ts";
import { syncMember, syncProfile } from "#server/organizations/projection.ts";
import { purgeAll } from "#server/projects/purge.ts";
import { systemClock } from "#server/platform/clock.ts";
import { env } from "#server/platform/env.ts";
import { foldUsage } from "#server/usage/fold.ts";
import { reportUsage } from "#server/usage/report.ts";
import { whereWritable } from "#server/usage/standing.ts";
import { trimUsage } from "#server/usage/trim.ts";
import { deliverToEndpoint } from "#server/webhooks/deliver.ts";
import { countWebhooks } from "#server/webhooks/fleet-counts.ts";
import { giveUpRecovery, runRecovery } from "#server/webhooks/recover.ts";
import { trimWebhooks } from "#server/webhooks/trim.ts";
import { mailWriters } from "./mails.ts";

/** Which verb does which job. A job of the registry without an entry here does not compile. */
export const handlers: Handlers = {
  "fleet.fill-ready-pool": {
    platform: async () => {
      await fillReadyPool("main", env().READY_POOL_SIZE);
    },
  },
  "jobs.trim": {
    platform: async () => {
      await trimSettled("main");
      await trimIdentity(systemClock.now());
      await trimMails(systemClock.now());
    },
  },
  "organizations.open": { platform: ({ organizationId }) => openOrganization(organizationId) },
  "organizations.discard": { platform: ({ organizationId }) => eraseDiscarded(organizationId) },
  "projects.purge": { platform: (_payload, job) => purgeAll("main", job) },
  "api-keys.warn": { platform: (_payload, job) => warnOfExpiringKeys("main", job) },
  "invites.trim": { platform: (_payload, job) => trimInvites("main", job) },
  "notifications.trim": { platform: (_payload, job) => trimNotifications("main", job) },
  "organizations.erase": { onTenant: (tenantId) => eraseOrganization(tenantId) },
  "mail.send": { platform: (payload, job) => sendPlatformMail(mailWriters, payload, job) },
  "mail.send-tenant": { atDoor: (door, payload, job) => sendTenantMail(mailWriters, door, payload, job) },
  "mail.account": { platform: (payload, job) => sendAccountMail(payload, job) },
  "members.sync-account": { platform: (payload, job) => syncAccount(payload, job) },
  "audit.sweep": { platform: () => sweepNoted("main") },
  "audit.sweep-all": { platform: (_payload, job) => sweepAll("main", job) },
  "audit.seal": { atDoor: (door) => sealLog(door.organization.id) },
  "audit.verify": {
    atDoor: (door, payload, job) => runVerification(door, payload, job),
    onDead: giveUpVerification,
  },
  "audit.export": {
    atDoor: (door, payload, job) => runExport(door, payload, job),
    onDead: giveUpExport,
  },
  "audit.stream": { atDoor: (door, payload, job) => deliverStream(door, payload, job) },
  "audit.account-event": { platform: (payload) => tellOrganizations(payload) },
  "audit.retain": { platform: (_payload, job) => retainAll("main", job) },
  "webhooks.deliver": { atDoor: (door, payload, job) => deliverToEndpoint(door, payload, job) },
  "webhooks.recover": {
    atDoor: (door, payload, job) => runRecovery(door, payload, job),
    onDead: giveUpRecovery,
  },
  "webhooks.count": { platform: (_payload, job) => countWebhooks("main", job) },
  "webhooks.trim": { platform: (_payload, job) => trimWebhooks("main", job) },
  "billing.take-event": { platform: (payload, job) => takeEvent(payload, job) },
  "billing.note-change": { platform: (payload, job) => noteChange(payload, job) },
  "billing.tell-notice": { platform: (payload, job) => tellNotice(payload, job) },
  "billing.remind-trials": {
    platform: async (_payload, job) => {
      await remindOfTrials(job);
    },
  },
  "billing.fit-seats": {
    atDoor: async (door, _payload, job) => {
      await fitSeats(door, job.requestId);
    },
  },
  "billing.close-customer": { platform: (payload) => closeCustomer(payload) },
  "billing.reconcile": {
    platform: async (_payload, job) => {
      await reconcileAll(job);
    },
  },
  "usage.fold": {
    atDoor: (door, _payload, job) =>
      whereWritable(door, async () => {
        await foldUsage(door, job);
      }),
  },
  "usage.report": {
    atDoor: (door, _payload, job) => whereWritable(door, () => reportUsage(door, job)),
  },
  "usage.trim": { platform: (_payload, job) => trimUsage("main", job) },
  "directory.sync-profile": { atDoor: (door) => syncProfile(door.organization.id) },
  "directory.sync-member": { atDoor: (door, { memberId }) => syncMember(door.organization.id, memberId) },
};
