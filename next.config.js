import path from "node:path";

const securityHeaders = [
  // Nobody may show the console inside a page of theirs, and no file is taken for what it does not say it is.
  { key: "Content-Security-Policy", value: "frame-ancestors 'none'; base-uri 'self'; object-src 'none'" },
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=()" },
  // Browsers heed it over https alone.
  { key: "Strict-Transport-Security", value: "max-age=31536000" },
];

/** @type {import("next").NextConfig} */
export default {
  // The test run builds into a folder of its own, so that it can run beside a started Astra.
  distDir: process.env.NEXT_DIST_DIR || ".next",
  poweredByHeader: false,
  headers: async () => [{ source: "/:path*", headers: securityHeaders }],
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
    "undici",
  ],
  // A lockfile in a folder above must not make Next take that one for the project.
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: path.join(import.meta.dirname),
};
