import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { makeScratchDir, removeDir } from "../dev/scratch-dir.ts";
import { tenantStorage } from "./storage.ts";

const scratch = makeScratchDir("astra-storage");
const url = pathToFileURL(path.join(scratch, "files")).href;
const one = tenantStorage("0198f000-0000-7000-8000-000000000001", url);
const other = tenantStorage("0198f000-0000-7000-8000-000000000002", url);

afterAll(() => removeDir(scratch));

async function keysOf(storage: typeof one, folder: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of storage.list(folder)) keys.push(key);
  return keys.toSorted();
}

test("what one organization writes, another does not see", async () => {
  await one.put("audit/a.json", "first");
  await one.put("audit/a.json", "second");
  await one.putStream("exports/b.csv", Readable.from(["x,", "y"]));
  expect(await one.get("audit/a.json")).toBe("second");
  expect(await text(await one.getStream("exports/b.csv"))).toBe("x,y");
  expect(await one.sizeOf("exports/b.csv")).toBe(3);
  expect(await other.get("audit/a.json")).toBeNull();
  expect(await keysOf(one, "audit")).toEqual(["audit/a.json"]);
  expect(await keysOf(other, "audit")).toEqual([]);
  await one.delete("audit/a.json");
  await one.delete("audit/a.json");
  expect(await one.get("audit/a.json")).toBeNull();
});

test("a stream that breaks leaves no file under its name", async () => {
  const broken = Readable.from(
    (async function* () {
      yield "half";
      throw new Error("gone");
    })(),
  );
  await expect(one.putStream("exports/c.csv", broken)).rejects.toThrow("Cannot write file");
  expect(await one.get("exports/c.csv")).toBeNull();
  expect(await keysOf(one, "exports")).toEqual(["exports/b.csv"]);
  expect(readdirSync(path.join(scratch, "files"), { recursive: true }).join()).not.toContain(".part");
});

test("of two that write the same file at once neither puts the other's half in its place", async () => {
  const slow = new PassThrough();
  slow.write("slow, ");
  const slowly = one.putStream("exports/d.csv", slow);
  await one.putStream("exports/d.csv", Readable.from(["quick"]));
  expect(await one.get("exports/d.csv")).toBe("quick");
  slow.end("and whole");
  await slowly;
  expect(await one.get("exports/d.csv")).toBe("slow, and whole");
  await one.delete("exports/d.csv");
});

test.each([
  "../x",
  "a/../../x",
  "a/..",
  "/etc/passwd",
  "a//b",
  "a\\b",
  "",
  ".",
  "a/./b",
  "A",
  "a%2e%2e/b",
  "a\0b",
])("the key %j leads nowhere", async (key) => {
  await expect(one.put(key, "x")).rejects.toThrow(TypeError);
  await expect(one.get(key)).rejects.toThrow(TypeError);
  expect(readdirSync(path.join(scratch, "files"))).toEqual(["tenants"]);
});

test("halves of writers that were killed go once they are old, and nothing else does", async () => {
  const folder = path.join(scratch, "files/tenants/0198f000-0000-7000-8000-000000000001/halves");
  await one.put("halves/whole", "whole");
  for (const name of ["old.part", "young.part"]) writeFileSync(path.join(folder, name), "half");
  utimesSync(path.join(folder, "old.part"), 1, 1);
  utimesSync(path.join(folder, "whole"), 1, 1);
  await one.deleteHalves("halves", new Date(Date.now() - 60_000));
  await one.deleteHalves("nothing", new Date());
  expect(readdirSync(folder).toSorted()).toEqual(["whole", "young.part"]);
});

test("only a tenant's id makes a folder", () => {
  expect(() => tenantStorage("../other", url)).toThrow(TypeError);
});

test("deleteAll removes all that one organization has, and nothing of another", async () => {
  await one.put("a/b.txt", "mine");
  await other.put("a/b.txt", "theirs");
  await one.deleteAll();
  await one.deleteAll();
  expect(await one.get("a/b.txt")).toBeNull();
  expect(await other.get("a/b.txt")).toBe("theirs");
});
