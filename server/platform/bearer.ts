import { timingSafeEqual } from "node:crypto";

/** Whether an Authorization header bears a token; never when no token is set. The comparison tells nothing by its time. */
export function bearsToken(header: string | null | undefined, token: string | undefined): boolean {
  if (!token || !header) return false;
  const given = Buffer.from(header);
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
