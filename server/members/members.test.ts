import { afterAll, beforeAll, expect, test } from "vitest";
import { createCallerFactory, router } from "../api/trpc.ts";
import {
  buildMember,
  buildOrganization,
  buildPerson,
  closeConnections,
  reads,
  requestOf,
  type TestMember,
} from "../test/factories.ts";
import { refusalOf } from "../test/refusal.ts";
import { listMembers } from "./members.ts";
import { membersRouter } from "./router.ts";
import { ListMembers } from "./schema.ts";

let owner: TestMember;

beforeAll(async () => {
  const person = await buildPerson({ name: "Olga Öberg" });
  ({ owner } = await buildOrganization({ owner: person }));
  const people = [
    ["Änne Adler", "admin", "active", "2026-01-03"],
    ["Zoë Zhang", "editor", "suspended", "2026-01-01"],
    ["Bob Brown", "editor", "active", "2026-01-02"],
    ["Gone Girl", "viewer", "removed", "2026-01-04"],
  ] as const;
  for (const [name, role, status, day] of people) {
    const joinedAt = new Date(`${day}T00:00:00.000Z`);
    const email = `${name.split(" ")[1]?.toLowerCase()}-${Math.random()}@members.test`;
    await buildMember(owner.organization, role, {
      person: await buildPerson({ name, email }),
      status,
      joinedAt,
    });
  }
});
afterAll(closeConnections);

async function names(input: object): Promise<string[]> {
  const page = await reads(owner, listMembers, ListMembers.parse(input));
  expect(page.total).toBe(page.items.length);
  return page.items.map(({ name }) => name);
}

test("members come by name, as people sort names, without those removed", async () => {
  expect(await names({})).toEqual(["Änne Adler", "Bob Brown", "Olga Öberg", "Zoë Zhang"]);
});

test("a row says who, in which role, and since when", async () => {
  const { items } = await reads(owner, listMembers, ListMembers.parse({ search: "zoe" }));
  expect(items).toEqual([
    {
      id: expect.any(String),
      name: "Zoë Zhang",
      email: expect.stringMatching(/^zhang-.*@members\.test$/),
      roleKey: "editor",
      roleName: "Editor",
      status: "suspended",
      joinedAt: new Date("2026-01-01T00:00:00.000Z"),
      own: false,
      acts: {
        changeRole: null,
        suspend: "This member is suspended already.",
        reactivate: null,
        remove: null,
        transferOwnership: "Reactivate this member first: an owner must be active.",
        leave: "Only they themselves can leave.",
      },
    },
  ]);
});

test("one's own row says what one cannot do, and why", async () => {
  const { items } = await reads(owner, listMembers, ListMembers.parse({ search: "oberg" }));
  expect(items[0]).toMatchObject({
    own: true,
    acts: {
      changeRole: "You cannot change your own role. Ask somebody else who may.",
      remove: "You cannot remove yourself. Leave instead.",
      leave: "An organization needs an active owner. Make somebody else an owner first.",
    },
  });
});

test("a row says what is missing to whoever may less", async () => {
  const admin = await buildMember((await buildOrganization({ owner })).owner.organization, "admin");
  const { items } = await reads(admin, listMembers, ListMembers.parse({ search: "oberg" }));
  const missing = "This member may do what you may not: organization.delete, organization.manage.";
  expect(items[0]?.acts).toMatchObject({ changeRole: missing, suspend: missing, remove: missing });
  expect(items[0]?.acts.transferOwnership).toBe("Your role does not permit this.");
});

test("they can be sorted by when they joined", async () => {
  const sorted = await names({ sort: { by: "joinedAt", direction: "asc" } });
  expect(sorted).toEqual(["Zoë Zhang", "Bob Brown", "Änne Adler", "Olga Öberg"]);
});

test("they are found by name and address, and filtered by role", async () => {
  expect(await names({ search: "anne" })).toEqual(["Änne Adler"]);
  expect(await names({ search: "members.test" })).toEqual(["Änne Adler", "Bob Brown", "Zoë Zhang"]);
  expect(await names({ roleKey: "editor" })).toEqual(["Bob Brown", "Zoë Zhang"]);
  expect(await names({ roleKey: "editor", search: "brown" })).toEqual(["Bob Brown"]);
  expect(await names({ roleKey: "no-such-role" })).toEqual([]);
  expect(await names({ status: "suspended" })).toEqual(["Zoë Zhang"]);
  expect(await names({ status: "active", roleKey: "editor" })).toEqual(["Bob Brown"]);
});

test("the owner who opened the organization is found as well", async () => {
  expect(await names({ search: "oberg" })).toEqual(["Olga Öberg"]);
});

const page = (input: object) => reads(owner, listMembers, ListMembers.parse({ limit: 3, ...input }));

test("pages lead to the end and back", async () => {
  const first = await page({});
  const second = await page({ cursor: first.nextCursor });
  expect(second.items.map(({ name }) => name)).toEqual(["Zoë Zhang"]);
  expect(second.nextCursor).toBeNull();
  expect((await page({ cursor: second.previousCursor })).items).toEqual(first.items);
});

test("only a member with the permission sees the list", async () => {
  const callerOf = createCallerFactory(router({ members: membersRouter }));
  const { slug } = owner.organization;
  const stranger = (await buildOrganization()).owner;
  expect(await refusalOf(callerOf(requestOf(null, slug)).members.list())).toMatchObject({
    reason: "not_signed_in",
  });
  expect(await refusalOf(callerOf(requestOf(stranger, slug)).members.list())).toMatchObject({
    reason: "no_access",
  });
});
