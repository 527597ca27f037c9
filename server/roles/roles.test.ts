import { afterAll, beforeAll, expect, test } from "vitest";
import { builtInRoles } from "../access/permissions.ts";
import { createCallerFactory, router } from "../api/trpc.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  requestOf,
  type TestMember,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { rolesRouter } from "./router.ts";

const callerOf = createCallerFactory(router({ roles: rolesRouter }));
let owner: TestMember;

beforeAll(async () => {
  ({ owner } = await buildOrganization());
});
afterAll(closeConnections);

const rolesFor = (member: TestMember | null) =>
  callerOf(requestOf(member, owner.organization.slug)).roles.list();

test("a new organization has the built-in roles, from the most to the least powerful", async () => {
  const roles = await rolesFor(owner);
  expect(roles).toEqual(
    builtInRoles.map((role) => ({
      ...role,
      permissions: [...role.permissions],
      builtIn: true,
      version: 1,
      id: expect.any(String),
      members: role.key === "owner" ? 1 : 0,
      invites: 0,
      acts: {
        update: "Built-in roles cannot be changed.",
        delete: "Built-in roles cannot be changed.",
        clone: null,
        assign: null,
      },
    })),
  );
});

test("an organization's own roles follow by name", async () => {
  const own = ["Zookeeper", "Ärztin", "Analyst"].map((name, index) => ({
    key: `own-${index}`,
    name,
    permissions: ["tasks.read"],
  }));
  await tenancy().withTenant(owner.organization.id, { readOnly: false }, (db) =>
    db.role.createMany({ data: own }),
  );
  const names = (await rolesFor(owner)).map(({ name }) => name);
  expect(names.slice(builtInRoles.length)).toEqual(["Analyst", "Ärztin", "Zookeeper"]);
});

test("only a member with the permission sees them", async () => {
  const billing = await buildMember(owner.organization, "billing");
  const stranger = (await buildOrganization()).owner;
  expect(await refusalOf(rolesFor(null))).toMatchObject({ reason: "not_signed_in" });
  expect(await refusalOf(rolesFor(stranger))).toMatchObject({ reason: "no_access" });
  expect(await refusalOf(rolesFor(billing))).toMatchObject({
    reason: "missing_permission",
    field: "roles.read",
  });
});
