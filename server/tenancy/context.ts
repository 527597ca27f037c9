import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { ReadDb, TenantDb } from "./tenant-db.ts";

/** Who acts. Permissions are those in force now; a system job has none and passes no permission check. */
export type Actor =
  | {
      kind: "member";
      memberId: string;
      accountId: string;
      name: string;
      roleKey: string;
      permissions: ReadonlySet<string>;
    }
  | {
      kind: "api_key";
      keyId: string;
      name: string;
      keyKind: "personal" | "machine";
      /** Who made it. */
      createdById: string | null;
      permissions: ReadonlySet<string>;
    }
  | { kind: "system"; name: string; permissions: ReadonlySet<string> }
  /** Somebody who proved nothing, and of whom no more is known than where the call came from. */
  | { kind: "anonymous"; name: string; permissions: ReadonlySet<string> };

/** Where an act came from; it stands in the audit entry and follows the jobs it causes. */
export type RequestInfo = { id: string; ip: string | null; userAgent: string | null };

/** What the directory knows of a subscription; how much it lets an organization do is worked out at each reading. */
export type SubscriptionFacts = {
  status: string;
  unpaidSince: Date | null;
  cancelAt: Date | null;
  lastLevel: string;
  trialEnd: Date | null;
  /** Of the card that will be asked for the next payment; null while there is none. */
  cardLast4: string | null;
};

/** The organization as the directory shows it. Without a subscription its plan alone counts. */
export type OrganizationInfo = {
  id: string;
  slug: string;
  name: string;
  plan: string;
  subscription?: SubscriptionFacts | null;
  /** What its payments let it do, as the request began: everything, all but grow, or read and put it right. */
  access?: "full" | "grace" | "read_only";
};

/** What a verb knows before a transaction is open: everything but the data. */
export type Door = {
  organization: OrganizationInfo;
  actor: Actor;
  request: RequestInfo;
  clock: Clock;
  log: Log;
  /** Version of roles and members at which the actor's permissions were read. */
  accessVersion: number | undefined;
  /** Staff that acts in the actor's place; stands beside the actor in the audit entry. */
  impersonator?: { accountId: string; name: string };
  /** The organization wants every read in its log. */
  recordReads?: boolean;
};

/** What every verb gets: who, where, when, and the one organization's data. */
export type Ctx<Db> = Door & {
  db: Db;
  /** Runs after the commit and never before; best effort, for wake-ups and caches only. */
  afterCommit(callback: () => void): void;
};

export type ReadCtx = Ctx<ReadDb>;
export type WriteCtx = Ctx<TenantDb>;
