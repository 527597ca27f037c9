import path from "node:path";

import { defineConfig } from "prisma/config";

// The native engine would be downloaded for every command.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= path.join(import.meta.dirname, "../schema-engine.mjs");

const url = process.env.DATABASE_URL;

export default defineConfig({
  schema: path.join(import.meta.dirname, "schema.prisma"),
  // For `prisma migrate diff` only; generating needs no database.
  ...(url ? { datasource: { url } } : {}),
});
