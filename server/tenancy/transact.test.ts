import { afterAll, beforeAll, expect, test } from "vitest";
import { buildOrganization, closeConnections, doorOf, type TestOrganization } from "../test/factories.ts";
import type { Door } from "./context.ts";
import { transact } from "./transact.ts";

let organization: TestOrganization;
let door: Door;
beforeAll(async () => {
  organization = await buildOrganization();
  door = await doorOf(organization.owner);
});
afterAll(closeConnections);

const count = () => transact(door, "read", (ctx) => ctx.db.project.count());

test("what shall run after the commit runs after it, and not when it fails", async () => {
  const ran: string[] = [];
  await transact(door, "write", async (ctx) => {
    ctx.afterCommit(() => ran.push("kept"));
    await ctx.db.project.create({ data: { name: "kept" } });
    expect(ran).toEqual([]);
  });
  const failing = transact(door, "write", async (ctx) => {
    ctx.afterCommit(() => ran.push("undone"));
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(ran).toEqual(["kept"]);
});

test("in a joined transaction it waits for the outer commit", async () => {
  const ran: string[] = [];
  const outer = (fail: boolean) =>
    transact(door, "write", async (ctx) => {
      ctx.afterCommit(() => ran.push("outer"));
      await transact(door, "write", async (inner) => {
        inner.afterCommit(() => ran.push("inner"));
        await inner.db.project.create({ data: { name: "joined" } });
      });
      expect(ran).toEqual([]);
      if (fail) throw new Error("no");
    });
  const before = await count();
  await expect(outer(true)).rejects.toThrow("no");
  expect(ran).toEqual([]);
  expect(await count()).toBe(before);
  await outer(false);
  expect(ran).toEqual(["outer", "inner"]);
});

test("what is committed stays a success when a callback after it fails", async () => {
  const before = await count();
  const ran: string[] = [];
  await transact(door, "write", async (ctx) => {
    await ctx.db.project.create({ data: { name: "kept" } });
    ctx.afterCommit(() => {
      // Reads as a lost connection, for which a transaction would be run again.
      throw new Error("Connection terminated unexpectedly");
    });
    ctx.afterCommit(() => ran.push("the next one"));
  });
  expect(await count()).toBe(before + 1);
  expect(ran).toEqual(["the next one"]);
});
