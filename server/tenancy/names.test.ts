import { expect, test } from "vitest";
import { tenantKey, tenantKeyHash } from "./key.ts";
import { checkedSchemaName, newSchemaName } from "./names.ts";

test("names of schemas are opaque, of one form, and never the same twice", () => {
  const names = Array.from({ length: 1_000 }, newSchemaName);
  expect(new Set(names).size).toBe(1_000);
  for (const name of names) expect(name).toMatch(/^tenant_[0-9a-hjkmnp-tv-z]{26}$/);
});

test.each([
  "",
  "public",
  "tenant_",
  "tenant_short",
  `tenant_${"0".repeat(25)}`,
  `tenant_${"0".repeat(27)}`,
  `tenant_${"U".repeat(26)}`,
  `tenant_${"u".repeat(26)}`,
  `TENANT_${"0".repeat(26)}`,
  `tenant_${"0".repeat(26)}\n`,
  `\ntenant_${"0".repeat(26)}`,
  `tenant_${"0".repeat(26)}\u0000`,
  `tenant_${"0".repeat(25)}"`,
  `tenant_${"0".repeat(25)}٠`,
  `x"; DROP SCHEMA public; --${"0".repeat(26)}`,
])("a name that we could not have made is refused: %j", (name) => {
  expect(() => checkedSchemaName(name)).toThrow(TypeError);
});

test("a key depends on secret, tenant and version, and its hash alone is stored", () => {
  const id = "01890000-0000-7000-8000-000000000001";
  const key = tenantKey("secret", id, 1);
  expect(tenantKey("secret", id, 1)).toBe(key);
  const others = [
    tenantKey("other", id, 1),
    tenantKey("secret", id.replace(/1$/, "2"), 1),
    tenantKey("secret", id, 2),
    tenantKey("secret", `${id}:1`, 1),
  ];
  expect(others).not.toContain(key);
  expect(key).toHaveLength(43);
  expect(tenantKeyHash(key)).toMatch(/^[0-9a-f]{64}$/);
  expect(tenantKeyHash(key)).not.toContain(key);
});
