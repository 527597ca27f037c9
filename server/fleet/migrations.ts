import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** What a migration applies to: the platform's tables, a shard's `astra` schema, or one tenant's tables. */
export type MigrationPart = "platform" | "shard" | "tenant";

export type Migration = { name: string; sql: string; checksum: string };

const root = path.join(import.meta.dirname, "../../prisma");
const namePattern = /^\d{4}_[a-z0-9_]+\.sql$/;

/** Reads the plain-SQL migrations of one part (or of a given folder), in order. Throws when a file's name has not the form NNNN_name.sql. */
export async function readMigrations(
  part: MigrationPart,
  folder = path.join(root, part, "migrations"),
): Promise<Migration[]> {
  const files = (await readdir(folder)).toSorted();
  return Promise.all(
    files.map(async (file) => {
      if (!namePattern.test(file)) throw new Error(`${part}/migrations/${file} is not named NNNN_name.sql`);
      const sql = await readFile(path.join(folder, file), "utf8");
      const checksum = createHash("sha256").update(sql).digest("hex");
      return { name: file.slice(0, -".sql".length), sql, checksum };
    }),
  );
}

/**
 * Which migrations are still to be applied. Throws when an applied one has changed since, or is unknown
 * to this version: both mean that code and database do not belong together.
 */
export function pendingMigrations(
  all: Migration[],
  applied: { migration: string; checksum: string }[],
): Migration[] {
  const known = new Map(all.map((migration) => [migration.name, migration]));
  for (const row of applied) {
    const migration = known.get(row.migration);
    if (!migration) throw new Error(`the database has the migration ${row.migration}, this version has not`);
    if (migration.checksum !== row.checksum)
      throw new Error(`the migration ${row.migration} was changed after it ran`);
  }
  const done = new Set(applied.map((row) => row.migration));
  return all.filter((migration) => !done.has(migration.name));
}
