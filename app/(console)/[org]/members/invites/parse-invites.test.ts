import { expect, test } from "vitest";
import { parseInvites } from "#app/(console)/[org]/members/invites/parse-invites.ts";

const roles = [
  { id: "1", key: "viewer", name: "Viewer" },
  { id: "2", key: "project-lead", name: "Project lead" },
];
const emailsOf = (text: string) => parseInvites(text, roles).rows.map(({ email }) => email);

test("addresses are found however they are pasted", () => {
  const all = ["ada@example.com", "ben@example.com", "cy@example.com"];
  for (const text of [
    all.join("\n"),
    all.join(", "),
    all.join("; "),
    all.join(" "),
    `${all.join("\r\n")}\r\n\r\n`,
    "Ada Marsh <ada@example.com>, Ben <ben@example.com>\ncy@example.com",
    '"ada@example.com"\t"ben@example.com"\ncy@example.com',
  ]) {
    expect(emailsOf(text), text).toEqual(all);
  }
});

test("a table gives each address its role, by key or name", () => {
  const text =
    "Name,Email,Role\nAda,ada@example.com,Project Lead\nBen,ben@example.com,VIEWER\nCy,cy@example.com,";
  expect(parseInvites(text, roles)).toEqual({
    rows: [
      { email: "ada@example.com", roleId: "2" },
      { email: "ben@example.com", roleId: "1" },
      { email: "cy@example.com", roleId: null },
    ],
    problems: [],
  });
});

test("what is not understood is said and not passed over", () => {
  const { rows, problems } = parseInvites("ada@example.com,emperor\nnobody here\n", roles);
  expect(rows).toHaveLength(1);
  expect(problems).toEqual([
    "Line 1: there is no role “emperor” that you can give",
    "Line 2 holds no address: “nobody here”",
  ]);
  expect(parseInvites("just words", roles).problems).toHaveLength(1);
  expect(parseInvites("", roles)).toEqual({ rows: [], problems: [] });
});
