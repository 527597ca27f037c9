import path from "node:path";

/** @type {import("next").NextConfig} */
export default {
  // The test run builds into a folder of its own, so that it can run beside a started Astra.
  distDir: process.env.NEXT_DIST_DIR || ".next",
  poweredByHeader: false,
  // `npm run check` checks types; a start on a bare machine need not do it again.
  typescript: { ignoreBuildErrors: true },
  // Native code and the Prisma clients' WebAssembly are loaded by Node, not bundled.
  serverExternalPackages: [
    "@node-rs/argon2",
    "@prisma/client",
    "@prisma/adapter-pg",
    "pg",
    "bullmq",
    "ioredis",
    "pino",
  ],
  // A lockfile in a folder above must not make Next take that one for the project.
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: path.join(import.meta.dirname),
};
