import { expect, test } from "vitest";
import { fieldChanges, listChange, valueText } from "#app/(console)/[org]/audit-log/field-changes.ts";
import { textDiff } from "#app/(console)/[org]/audit-log/text-diff.ts";

test("changed, added, removed and nested fields are told apart", () => {
  const changes = fieldChanges({
    before: { name: "Apollo", dueOn: "2026-03-01", owner: { name: "Ada", city: "Oslo" } },
    after: { name: "Artemis", note: "", icon: "moon", owner: { name: "Ada", city: "Bergen" } },
    personal: [],
  });
  expect(changes.map(({ label, kind }) => `${kind} ${label}`)).toEqual([
    "changed Name",
    "removed Due date",
    "changed Owner › city",
    "added Icon",
  ]);
});

test("an erased field is named without a value, and what is still there is marked as personal", () => {
  const changes = fieldChanges({ before: { email: "a@b.example" }, after: {}, personal: ["email", "name"] });
  expect(changes).toMatchObject([
    { label: "E-mail address", kind: "removed", personal: true },
    { label: "Name", kind: "erased", personal: true },
  ]);
});

test("lists say what came and what went", () => {
  expect(listChange(["a", "b"], ["b", "c"])).toEqual({ kept: ["b"], added: ["c"], removed: ["a"] });
  expect(listChange(undefined, ["c"])).toEqual({ kept: [], added: ["c"], removed: [] });
  expect(listChange([{ a: 1 }], [])).toBeNull();
  expect(listChange("a", "b")).toBeNull();
});

test("a long text shows the words that changed", () => {
  expect(textDiff("the old pump works", "the new pump works well")).toEqual([
    { kind: "same", text: "the " },
    { kind: "removed", text: "old" },
    { kind: "added", text: "new" },
    { kind: "same", text: " pump works" },
    { kind: "added", text: " well" },
  ]);
  expect(textDiff("a ".repeat(1_000), "b")).toBeNull();
});

test("values are put into words", () => {
  expect([true, false, 7, "", null].map(valueText)).toEqual(["Yes", "No", "7", null, null]);
});
