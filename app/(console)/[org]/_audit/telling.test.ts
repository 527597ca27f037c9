import { expect, test } from "vitest";
import { actionTitle, tell } from "#app/(console)/[org]/_audit/telling.ts";
import { appRouter } from "#server/api/root.ts";

const project = { type: "project", label: "Apollo" };
const sentence = (told: Parameters<typeof tell>[0]) => {
  const { text, label } = tell(told);
  return label ? `${text} ${label}` : text;
};

test("a change is told with the fields that it changed", () => {
  const action = "projects.update";
  expect(sentence({ action, target: project, fields: ["name"] })).toBe("changed the name of project Apollo");
  expect(sentence({ action, target: project, fields: ["name", "dueOn"] })).toBe(
    "changed the name and due date of project Apollo",
  );
  expect(sentence({ action, target: project, fields: ["name", "slug", "dueOn", "status"] })).toBe(
    "changed the name, address and 2 more of project Apollo",
  );
  expect(sentence({ action, target: project })).toBe("changed project Apollo");
});

test("reads, sign-ins and acts of Astra have words of their own", () => {
  expect(sentence({ action: "tasks.list", target: { type: "tasks", label: "" } })).toBe("looked at tasks");
  expect(sentence({ action: "session.signIn", target: { type: "member", label: "Ada" } })).toBe("signed in");
  expect(sentence({ action: "members.sync-account", target: { type: "member", label: "Ada" } })).toBe(
    "took over the new name or address of Ada",
  );
});

test("an act that nobody wrote words for is spelled out", () => {
  const target = { type: "api_key", label: "CI" };
  expect(sentence({ action: "apiKeys.moveToVault", target })).toBe("did “move to vault” on API key CI");
  expect(actionTitle("apiKeys.create")).toBe("Created API key");
});

test("no procedure's act is told by its raw name", () => {
  const titles = Object.keys(appRouter._def.procedures).map(actionTitle);
  expect(titles.filter((title) => /[a-z][A-Z._]|[a-z]-[a-z](?!ail)|…/.test(title))).toEqual([]);
});
