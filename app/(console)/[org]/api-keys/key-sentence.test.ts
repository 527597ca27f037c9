import { expect, test } from "vitest";
import { keySentence } from "#app/(console)/[org]/api-keys/key-sentence.ts";

const key = { kind: "personal", organization: "Acme", until: "1 March 2027" } as const;

test("a sentence says what a key can do, where, until when and for whom", () => {
  expect(keySentence({ ...key, scopes: ["projects.read", "tasks.read", "tasks.write"] })).toBe(
    "Until 1 March 2027 this key can see projects and tasks and change tasks in Acme: never more than you can yourself, and not after you have left.",
  );
  expect(
    keySentence({ ...key, kind: "machine", until: null, scopes: ["organization.read", "api_keys.read"] }),
  ).toBe(
    "This key can see the organization and API keys in Acme: whoever made it, and also when they have left.",
  );
});

test("without a scope there is nothing to say", () => {
  expect(keySentence({ ...key, scopes: [] })).toBeNull();
});
