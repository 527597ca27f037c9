import { describe, expect, test } from "vitest";
import { AppError } from "../platform/errors.ts";
import { assertGrantable, checkedPermissions, missingFrom } from "./grant.ts";
import { allPermissions } from "./permissions.ts";

function refusal(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("the subset rule", () => {
  test("lets nobody give more than they hold, and names what is missing", () => {
    const giver = { permissions: new Set(["projects.read", "tasks.read"]) };
    expect(() => assertGrantable(giver, ["tasks.read", "projects.read"], "roleId")).not.toThrow();
    const refused = refusal(() =>
      assertGrantable(giver, ["tasks.write", "audit_log.read", "tasks.read"], "roleId"),
    );
    expect(refused).toMatchObject({
      code: "FORBIDDEN",
      reason: "exceeds_own_permissions",
      field: "roleId",
      names: ["audit_log.read", "tasks.write"],
    });
    expect(refused.message).toContain("audit_log.read, tasks.write");
  });

  test("holds for names that only another version knows: who lacks them gives no role that has them", () => {
    const granted = ["projects.fly", "projects.read"];
    expect(missingFrom(new Set(["projects.read"]), granted)).toEqual(["projects.fly"]);
    expect(missingFrom(new Set(granted), granted)).toEqual([]);
  });

  test("holds for every permission: with all but one exactly that one is missing", () => {
    for (const one of allPermissions) {
      const held = new Set<string>(allPermissions.filter((other) => other !== one));
      expect(missingFrom(held, allPermissions)).toEqual([one]);
    }
  });
});

describe("names of permissions", () => {
  test.each([
    ["projects.fly"],
    ["Projects.read"],
    ["*"],
    ["projects.read "],
    [""],
    ["__proto__"],
    ["toString"],
  ])("%j is refused, not passed over", (name) => {
    const refused = refusal(() => checkedPermissions(["projects.read", name], "permissions"));
    expect(refused).toMatchObject({ reason: "unknown_permission", names: [name], field: "permissions" });
  });

  test("one that needs another comes with it", () => {
    const refused = refusal(() => checkedPermissions(["tasks.write"], "permissions"));
    expect(refused).toMatchObject({ reason: "missing_dependency", names: ["tasks.read"] });
    expect(
      checkedPermissions(["tasks.write", "projects.read", "tasks.read", "tasks.read"], "permissions"),
    ).toEqual(["projects.read", "tasks.read", "tasks.write"]);
  });
});
