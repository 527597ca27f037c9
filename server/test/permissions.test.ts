import { randomUUID } from "node:crypto";
import type { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  allPermissions,
  builtInRoles,
  permissionRegistry,
  type PermissionInfo,
} from "../access/permissions.ts";
import { memberAccess } from "../access/member-access.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory, type ProcedureMeta } from "../api/trpc.ts";
import { createRequestContext, type RequestContext } from "../api/request-context.ts";
import { platformDb } from "../platform/database.ts";
import { log } from "../platform/log.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildKey,
  buildMember,
  buildOrganization,
  buildPerson,
  closeConnections,
  keyRequest,
  requestOf,
  type TestOrganization,
} from "./factories.ts";
import { setTenantState } from "./tenant-state.ts";

type Procedure = (input?: unknown) => Promise<unknown>;
type Listed = { path: string; guard: ProcedureMeta["guard"] };

const callerOf = createCallerFactory(appRouter);

const procedures: Listed[] = Object.entries(appRouter._def.procedures).map(([path, procedure]) => {
  // The router keeps its procedures by path; their declared type is that of the nested tree.
  const { meta } = (procedure as unknown as { _def: { meta?: ProcedureMeta } })._def;
  return { path, guard: meta?.guard ?? ("" as ProcedureMeta["guard"]) };
});
const guarded = procedures.filter(({ guard }) => guard in permissionRegistry);

/** Calls a procedure by its path and answers the code of its refusal, or OK. */
async function outcome(context: RequestContext, path: string): Promise<string> {
  let step: unknown = callerOf(context);
  for (const part of path.split(".")) step = (step as Record<string, unknown>)[part];
  try {
    await (step as Procedure)();
    return "OK";
  } catch (error) {
    return (error as TRPCError).code;
  }
}

let own: TestOrganization;
let foreign: TestOrganization;

beforeAll(async () => {
  own = await buildOrganization();
  foreign = await buildOrganization();
});
afterAll(closeConnections);

test("every procedure says how it is guarded", () => {
  const known = new Set<string>([...allPermissions, "account", "operator", "public"]);
  expect(procedures.filter(({ guard }) => !known.has(guard))).toEqual([]);
  expect(guarded.length).toBeGreaterThan(10);
});

test("permissions need only permissions that exist, and no role lacks what its permissions need", () => {
  for (const [name, info] of Object.entries(permissionRegistry)) {
    for (const needed of "needs" in info ? info.needs : []) expect(allPermissions, name).toContain(needed);
  }
  for (const role of builtInRoles) {
    const held = new Set<string>(role.permissions);
    for (const permission of role.permissions) {
      const info: PermissionInfo = permissionRegistry[permission];
      expect(
        (info.needs ?? []).filter((needed) => !held.has(needed)),
        `${role.key} ${permission}`,
      ).toEqual([]);
    }
  }
});

test("the matrix of procedures and roles", () => {
  const lines = procedures.map(({ path, guard }) => {
    const roles = builtInRoles.filter((role) => (role.permissions as readonly string[]).includes(guard));
    return `${path.padEnd(34)} ${guard.padEnd(22)} ${roles.map(({ key }) => key).join(" ")}`.trimEnd();
  });
  expect(lines.join("\n")).toMatchSnapshot();
});

const signedIn = procedures.filter(({ guard }) => guard !== "public");

test.each(signedIn)(
  "$path refuses a caller who is not signed in, or bears no key of ours",
  async ({ path }) => {
    expect(await outcome(requestOf(null, own.slug), path)).toBe("UNAUTHORIZED");
    for (const key of ["", "nonsense", "astra_live_0_0"]) {
      expect(await outcome(keyRequest(key, own.slug), path)).toBe("UNAUTHORIZED");
    }
  },
);

test.each(procedures.filter(({ guard }) => guard === "account" || guard === "operator"))(
  "$path refuses an API key that may do everything, also beside the session of its maker",
  async ({ path }) => {
    const { accountId, memberId: createdById, name, email } = own.owner;
    const { key } = await buildKey(own, allPermissions, { createdById });
    const context = createRequestContext({
      request: { id: randomUUID(), ip: "192.0.2.1", userAgent: "vitest" },
      log: log("test"),
      organizationSlug: own.slug,
      authorization: `Bearer ${key}`,
      findSession: async () => ({ accountId, name, email, sessionId: randomUUID(), emailConfirmed: true }),
    });
    expect(await outcome(context, path)).toBe("UNAUTHORIZED");
  },
);

test.each(procedures.filter(({ guard }) => guard === "operator"))(
  "$path refuses an account that is no operator",
  async ({ path }) => {
    expect(await outcome(requestOf(own.owner, null), path)).toBe("FORBIDDEN");
  },
);

describe.each(guarded)("$path", ({ path, guard }) => {
  test("refuses a member of another organization, and notes the attempt", async () => {
    // Somebody else each time: of one who goes on and on only the first attempts are noted.
    const stranger = await buildMember(foreign, "admin");
    const before = await platformDb().securityEvent.count({ where: { organizationId: own.id } });
    expect(await outcome(requestOf(stranger, own.slug), path)).toBe("FORBIDDEN");
    expect(await platformDb().securityEvent.count({ where: { organizationId: own.id } })).toBe(before + 1);
  });

  test("refuses a request that names no organization, or one that is not there", async () => {
    expect(await outcome(requestOf(own.owner, null), path)).toBe("FORBIDDEN");
    expect(await outcome(requestOf(own.owner, "no-such-place"), path)).toBe("FORBIDDEN");
  });

  test("refuses an API key without the scope, and one of another organization", async () => {
    const scopes = allPermissions.filter((scope) => scope !== guard);
    const { key } = await buildKey(own, scopes);
    expect(await outcome(keyRequest(key, own.slug), path)).toBe("FORBIDDEN");
    const before = await platformDb().securityEvent.count({ where: { organizationId: foreign.id } });
    const whole = await buildKey(own, allPermissions);
    expect(await outcome(keyRequest(whole.key, foreign.slug), path)).toBe("FORBIDDEN");
    expect(await platformDb().securityEvent.count({ where: { organizationId: foreign.id } })).toBe(
      before + 1,
    );
  });

  test("refuses everybody while the organization is suspended", async () => {
    // One who has not come in before, of whom no answer is remembered, and one who is inside.
    const member = await buildMember(own, "owner", { person: await buildPerson() });
    const { key } = await buildKey(own, allPermissions);
    await memberAccess(own.id, own.owner.accountId);
    await suspended(own, async () => {
      for (const one of [member, own.owner]) {
        expect(await outcome(requestOf(one, own.slug), path)).toBe("FORBIDDEN");
      }
      expect(await outcome(keyRequest(key, own.slug), path)).toBe("FORBIDDEN");
    });
  });

  test("refuses a member whose role lacks the permission", async () => {
    const member = await memberWithout(guard);
    expect(await outcome(requestOf(member, own.slug), path)).toBe("FORBIDDEN");
  });
});

/** Runs something while an organization is suspended, in the directory and in its own guard row. */
async function suspended({ id }: TestOrganization, work: () => Promise<void>): Promise<void> {
  await setTenantState(id, "suspended");
  try {
    await work();
  } finally {
    await setTenantState(id, "active");
  }
}

const without = new Map<string, Promise<Awaited<ReturnType<typeof buildMember>>>>();

/** A member whose role holds every permission but one. */
function memberWithout(permission: string) {
  let member = without.get(permission);
  if (!member) {
    member = (async () => {
      const made = await buildMember(own, "viewer", { person: await buildPerson() });
      await tenancy().withTenant(own.id, { readOnly: false }, async (db) => {
        const role = await db.role.create({
          data: {
            key: `all-but-${permission}`,
            name: `All but ${permission}`,
            permissions: allPermissions.filter((held) => held !== permission),
          },
          select: { id: true },
        });
        await db.member.update({ where: { id: made.memberId }, data: { roleId: role.id } });
      });
      return made;
    })();
    without.set(permission, member);
  }
  return member;
}
