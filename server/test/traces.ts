import { transact } from "../tenancy/transact.ts";
import { doorOf, type TestMember } from "./factories.ts";

type Fields = Record<string, unknown>;

/** Everything that was written beside one thing: audit entries and events, the last first, and its search words. */
export async function tracesOf(member: TestMember, id: string) {
  return transact(await doorOf(member), "read", async ({ db }) => {
    const entries = await db.auditEntry.findMany({ where: { targetId: id }, orderBy: { id: "desc" } });
    const ofThis = { data: { path: ["id"], equals: id } };
    const events = await db.event.findMany({ where: ofThis, orderBy: { id: "desc" } });
    const tokens = await db.searchToken.findMany({ where: { targetId: id }, orderBy: { token: "asc" } });
    return {
      entries: entries.map(({ action, actorName, targetLabel, changes, requestId }) => ({
        action,
        actorName,
        targetLabel,
        changes: JSON.parse(changes) as { before: Fields; after: Fields },
        requestId,
      })),
      events: events.map(({ type, data }) => ({ type, data })),
      tokens: tokens.map(({ token }) => token),
    };
  });
}
