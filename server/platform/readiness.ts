import { platformDb } from "./database.ts";
import { redis } from "./redis.ts";

export type Readiness = { status: "ok" | "unavailable"; database: boolean; redis: boolean };

/**
 * Whether this process can serve. Only the database decides: without Redis Astra is slower, and nothing
 * is lost.
 */
export async function readiness(): Promise<Readiness> {
  const [database, cache] = await Promise.all([
    answers(platformDb().$queryRaw`SELECT 1 AS one`),
    answers(redis().ping()),
  ]);
  return { status: database ? "ok" : "unavailable", database, redis: cache };
}

async function answers(question: PromiseLike<unknown>): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), 2_000).unref());
  const answer = Promise.resolve(question).then(
    () => true,
    () => false,
  );
  return Promise.race([answer, late]);
}
