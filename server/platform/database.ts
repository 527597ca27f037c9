import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "#prisma/generated/platform/client.ts";
import { env } from "./env.ts";

export type PlatformDb = Omit<PrismaClient, "$connect" | "$disconnect" | "$on" | "$extends">;
/** A platform transaction: what `platformDb().$transaction` hands to its callback. */
export type PlatformTx = Omit<PlatformDb, "$transaction">;

let client: PrismaClient | undefined;

/** The platform's database (schema `public`), reached with a login that sees no tenant. */
export function platformDb(): PlatformDb {
  client ??= new PrismaClient({
    adapter: new PrismaPg({
      connectionString: env().DATABASE_PLATFORM_URL,
      max: 10,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
      maxLifetimeSeconds: 1_800,
      statement_timeout: 15_000,
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: 15_000,
      application_name: "astra-platform",
    }),
  });
  return client;
}

/** Ends the platform's connections; for the end of a process. */
export async function closePlatformDb(): Promise<void> {
  await client?.$disconnect();
  client = undefined;
}
