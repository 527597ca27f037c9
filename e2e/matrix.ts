import { readFileSync } from "node:fs";
import path from "node:path";
import type { APIRequestContext } from "@playwright/test";
import { z } from "zod";

/** A procedure as the matrix of procedures and roles lists it. */
export type Listed = { path: string; guard: string; roles: string[] };

const matrixFile = "server/test/__snapshots__/permissions.test.ts.snap";

/** Every procedure of the API; the server's own tests keep the list complete. */
function listedProcedures(): Listed[] {
  const text = readFileSync(path.resolve(import.meta.dirname, "..", matrixFile), "utf8");
  const lines = text.match(/^"?\w+(?:\.\w+)+ .+$/gm) ?? [];
  return lines.map((line) => {
    const [name = "", guard = "", ...roles] = line.replaceAll('"', "").trim().split(/\s+/);
    return { path: name, guard, roles };
  });
}

/** Those that need a permission in an organization. */
export function guardedProcedures(): Listed[] {
  return listedProcedures().filter(({ guard }) => guard.includes("."));
}

const Refusal = z.object({
  error: z.object({ json: z.object({ data: z.object({ httpStatus: z.number(), reason: z.string() }) }) }),
});

/**
 * Calls a procedure without input and answers how it was refused, before the input counts: "403 no_access".
 * Throws when it was not refused.
 */
export async function refusalByPath(
  request: APIRequestContext,
  organization: string,
  procedure: string,
): Promise<string> {
  const address = `/api/trpc/${organization}/${procedure}`;
  const asked = await request.get(address);
  const answer = asked.status() === 405 ? await request.post(address, { data: {} }) : asked;
  const { httpStatus, reason } = Refusal.parse(await answer.json()).error.json.data;
  return `${httpStatus} ${reason}`;
}
