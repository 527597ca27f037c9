import { randomBytes } from "node:crypto";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"; // Crockford's base 32, lower case
const schemaPattern = /^tenant_[0-9abcdefghjkmnpqrstvwxyz]{26}$/;

/** A fresh, opaque schema name: `tenant_` and 128 random bits in base 32. */
export function newSchemaName(): string {
  let bits = BigInt(`0x${randomBytes(16).toString("hex")}`);
  let text = "";
  for (let i = 0; i < 26; i++) {
    text = alphabet[Number(bits & 31n)] + text;
    bits >>= 5n;
  }
  return checkedSchemaName(`tenant_${text}`);
}

/**
 * The only gate through which a schema name reaches SQL text. Throws a TypeError for any name that
 * newSchemaName could not have made. A tenant's role bears the name of its schema.
 */
export function checkedSchemaName(name: string): string {
  if (!schemaPattern.test(name)) throw new TypeError("not a tenant schema name");
  return name;
}
