import { platformDb } from "../platform/database.ts";

const keptDays = 30;
const dayMs = 86_400_000;

/** Removes sessions and links that ended long ago; until then they can answer "who was signed in?". */
export async function trimIdentity(now: Date): Promise<void> {
  const before = new Date(now.getTime() - keptDays * dayMs);
  await platformDb().session.deleteMany({
    where: { OR: [{ expiresAt: { lt: before } }, { revokedAt: { lt: before } }] },
  });
  await platformDb().accountToken.deleteMany({ where: { expiresAt: { lt: before } } });
}
