import { createHash, randomUUID } from "node:crypto";
import type pg from "pg";
import { builtInRoles } from "../access/permissions.ts";

/** Changes whenever the code's built-in roles do, so that the fleet's rows follow. */
export const builtInRolesChecksum = createHash("sha256").update(JSON.stringify(builtInRoles)).digest("hex");

/** Writes the built-in roles into the tenant that the transaction has entered, and voids cached permissions. */
export async function writeBuiltInRoles(client: pg.ClientBase): Promise<void> {
  for (const role of builtInRoles) {
    await client.query(
      `INSERT INTO roles (id, key, name, description, built_in, permissions) VALUES ($1, $2, $3, $4, true, $5)
       ON CONFLICT (key) DO UPDATE SET name = excluded.name, description = excluded.description,
         permissions = excluded.permissions, updated_at = now()`,
      [randomUUID(), role.key, role.name, role.description, role.permissions],
    );
  }
  await client.query("UPDATE tenant_guard SET access_version = access_version + 1");
}
