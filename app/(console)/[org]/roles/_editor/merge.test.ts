import { expect, test } from "vitest";
import { allPermissions, permissionInfo } from "#server/access/permissions.ts";
import { mergeRole } from "#app/(console)/[org]/roles/_editor/merge.ts";

const registry = allPermissions.map((name) => ({ name, needs: permissionInfo(name).needs ?? [] }));
const before = { name: "Lead", description: "Leads", permissions: ["projects.read", "tasks.read"] };

test("what only one of two changed is kept, whoever it was", () => {
  const mine = { ...before, name: "Project lead", permissions: ["projects.read"] };
  const theirs = {
    ...before,
    description: "Leads projects",
    permissions: [...before.permissions, "members.read"],
  };
  expect(mergeRole(before, mine, theirs, registry)).toEqual({
    name: "Project lead",
    description: "Leads projects",
    permissions: ["members.read", "projects.read"],
  });
});

test("where both changed the same, one's own stays", () => {
  const theirs = { ...before, name: "Their lead" };
  expect(mergeRole(before, { ...before, name: "My lead" }, theirs, registry).name).toBe("My lead");
});

test("the merged role is whole: what is needed comes along, and stays while somebody's change needs it", () => {
  const mine = { ...before, permissions: ["projects.read"] };
  const theirs = { ...before, permissions: [...before.permissions, "tasks.write"] };
  expect(mergeRole(before, mine, theirs, registry).permissions).toEqual([
    "projects.read",
    "tasks.read",
    "tasks.write",
  ]);
  const less = { ...before, permissions: ["members.read"] };
  const more = { ...before, permissions: [...before.permissions, "tasks.write"] };
  expect(mergeRole(before, more, less, registry).permissions).toEqual([
    "members.read",
    "projects.read",
    "tasks.read",
    "tasks.write",
  ]);
});
