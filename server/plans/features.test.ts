import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { forgetDirectory } from "../access/directory.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { platformDb } from "../platform/database.ts";
import {
  buildMember,
  buildOrganization,
  closeConnections,
  requestOf,
  type TestMember,
  type TestOrganization,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { planNames, planOf } from "./catalogue.ts";

const callerOf = createCallerFactory(appRouter);
afterAll(closeConnections);

const destination = { kind: "https", url: "https://siem.example.com/log" } as const;

let organization: TestOrganization;
beforeEach(async () => {
  organization = await buildOrganization({ plan: "business" });
});

const as = (member: TestMember = organization.owner) => callerOf(requestOf(member, member.organization.slug));

async function toPlan(plan: string): Promise<void> {
  const { id } = organization;
  await platformDb().organization.update({ where: { id }, data: { plan }, select: { id: true } });
  forgetDirectory(id);
}

test("the plans are those that are sold and the free one, from the smallest to the greatest", () => {
  expect(planNames).toEqual(["free", "pro", "business", "enterprise"]);
  for (const [index, name] of planNames.slice(1).entries()) {
    const [less, more] = [planOf(planNames[index] ?? ""), planOf(name)];
    for (const resource of ["seats", "projects", "api_keys", "endpoints"] as const) {
      const [least, most] = [less.limits[resource], more.limits[resource]];
      expect(most === null || (least !== null && most >= least), `${name} ${resource}`).toBe(true);
    }
    expect(more.callsPerMinute).toBeGreaterThan(less.callsPerMinute);
    expect(more.auditDays).toBeGreaterThanOrEqual(less.auditDays);
  }
});

describe("what the plan does not have", () => {
  test("is refused before anything is written, with the first plan that has it", async () => {
    await toPlan("free");
    const before = await as().roles.list();
    const [editor] = before.filter(({ key }) => key === "editor");
    const missing = {
      code: "PAYMENT_REQUIRED",
      reason: "feature_missing",
      field: "custom_roles",
    };
    const made = as().roles.create({ name: "Pilots", permissions: ["projects.read"] });
    expect(await refusalOf(made)).toMatchObject(missing);
    const cloned = as().roles.clone({ id: editor?.id ?? "", name: "Co-pilots" });
    expect(await refusalOf(cloned)).toMatchObject(missing);
    expect(editor?.acts.clone).toMatch(/It takes the Pro plan to make roles of your own/);
    expect(await as().roles.list()).toHaveLength(before.length);
    await toPlan("pro");
    expect(await refusalOf(as().audit.streams.create({ name: "SIEM", destination }))).toMatchObject({
      reason: "feature_missing",
      field: "audit_streams",
    });
    expect((await as().audit.streams.list()).items).toEqual([]);
    await as().roles.create({ name: "Pilots", permissions: ["projects.read"] });
  });

  test("is known to the console", async () => {
    expect((await as().organization.get()).lacks).toEqual({});
    await toPlan("pro");
    expect(Object.keys((await as().organization.get()).lacks)).toEqual(["audit_streams", "single_sign_on"]);
    await toPlan("free");
    expect((await as().organization.get()).lacks).toMatchObject({
      custom_roles: expect.stringContaining("Pro plan"),
      audit_streams: expect.stringContaining("Business plan"),
    });
  });

  test("goes on where it was made under a greater plan: it is read, made smaller and removed, not widened", async () => {
    const permissions = ["projects.read", "projects.write"];
    const { id, key } = await as().roles.create({ name: "Pilots", permissions });
    const member = await buildMember(organization, "viewer");
    await as().members.changeRole({ id: member.memberId, roleId: id });
    const stream = await as().audit.streams.create({ name: "SIEM", destination });
    await toPlan("free");
    await as(member).projects.create({ name: "Still" });
    const wider = as().roles.update({ id, permissions: [...permissions, "members.read"] });
    expect(await refusalOf(wider)).toMatchObject({ reason: "feature_missing" });
    await as().roles.update({ id, name: "Former pilots", permissions: ["projects.read"] });
    expect(await refusalOf(as(member).projects.create({ name: "No more" }))).toMatchObject({
      reason: "missing_permission",
    });
    expect((await as().roles.get({ id })).key).toBe(key);
    expect((await as().audit.streams.list()).items).toHaveLength(1);
    await as().audit.streams.pause({ id: stream.id });
    expect(await refusalOf(as().audit.streams.resume({ id: stream.id }))).toMatchObject({
      reason: "feature_missing",
    });
    await as().audit.streams.delete({ id: stream.id });
    await as().members.remove({ id: member.memberId });
    await as().roles.delete({ id });
  });
});
