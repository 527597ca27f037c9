import { afterAll, describe, expect, test } from "vitest";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import { tenancy } from "../tenancy/kernel.ts";
import {
  buildKey,
  buildMember,
  buildOrganization,
  closeConnections,
  requestOf,
  type TestMember,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { planOf } from "./catalogue.ts";

const callerOf = createCallerFactory(appRouter);
afterAll(closeConnections);

const as = (member: TestMember) => callerOf(requestOf(member, member.organization.slug));

async function fillProjects(organizationId: string, count: number): Promise<void> {
  await tenancy().withTenant(organizationId, { readOnly: false }, (db) =>
    db.project.createMany({ data: Array.from({ length: count }, (_, i) => ({ name: `Project ${i}` })) }),
  );
}

describe("the plan's room", () => {
  test("of 50 projects made at once at one below the limit exactly one passes", async () => {
    const { owner, id } = await buildOrganization({ plan: "free" });
    await fillProjects(id, (planOf("free").limits.projects ?? 0) - 1);
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) => as(owner).projects.create({ name: `Last ${i}` })),
    );
    const reasons = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason.cause?.reason] : [],
    );
    expect(reasons).toEqual(Array.from({ length: 49 }, () => "limit_reached"));
    const { usage } = await as(owner).organization.usage();
    expect(usage.find(({ resource }) => resource === "projects")).toEqual({
      resource: "projects",
      used: 50,
      limit: 50,
    });
  });

  test("of 50 API keys made at once at one below the limit exactly one passes", async () => {
    const { owner, ...own } = await buildOrganization({ plan: "free" });
    for (let made = 0; made < 2; made++) await buildKey(own, ["projects.read"]);
    const input = { name: "Last", scopes: ["projects.read"], expiresInDays: 7 };
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, () => as(owner).apiKeys.create(input)),
    );
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const { usage } = await as(owner).organization.usage();
    expect(usage.find(({ resource }) => resource === "api_keys")).toMatchObject({ used: 3, limit: 3 });
  });

  test("what was deleted makes room, and is not restored into a full house", async () => {
    const { owner, id } = await buildOrganization({ plan: "free" });
    await fillProjects(id, 49);
    const project = await as(owner).projects.create({ name: "Fiftieth" });
    await as(owner).projects.delete(project);
    await as(owner).projects.create({ name: "In its place" });
    expect(await refusalOf(as(owner).projects.restore(project))).toMatchObject({
      code: "PAYMENT_REQUIRED",
      reason: "limit_reached",
      field: "projects",
    });
  });

  test("has no end where the plan sets none, and a plan that nobody knows has the smallest", async () => {
    expect(planOf("enterprise").limits.seats).toBeNull();
    for (const name of ["", "platinum", "__proto__", "toString", "Enterprise"]) {
      expect(planOf(name)).toEqual(planOf("free"));
    }
  });

  test("a suspended member keeps no seat, and comes back only where there is one", async () => {
    const organization = await buildOrganization({ plan: "free" });
    const { owner } = organization;
    const first = await buildMember(organization, "viewer");
    await as(owner).members.suspend({ id: first.memberId });
    for (let i = 0; i < 4; i++) await buildMember(organization, "viewer");
    expect(await refusalOf(as(owner).members.reactivate({ id: first.memberId }))).toMatchObject({
      reason: "limit_reached",
      field: "seats",
    });
  });
});
