import path from "node:path";
import { defineConfig } from "prisma/config";

process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= path.join(import.meta.dirname, "../schema-engine.mjs");

export default defineConfig({ schema: path.join(import.meta.dirname, "schema.prisma") });
