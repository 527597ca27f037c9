import { format } from "date-fns";
import { actionTitle } from "#app/(console)/[org]/_audit/telling.ts";
import { actorKinds, nounOf } from "#app/(console)/[org]/_audit/words.ts";
import type { AuditFilter } from "#server/audit/schema.ts";

/** What a filter chooses, in a sentence. */
export function filterWords(filter: AuditFilter): string {
  const { changesOnly, actorId, actorKind, action, targetType, targetId, ip, search, from, to } = filter;
  const parts = [
    changesOnly && "that changed something",
    actorId && "by one actor",
    actorKind && `by actors of the kind “${actorKinds[actorKind]}”`,
    action && (action.endsWith(".") ? `with actions ${action}*` : `“${actionTitle(action)}”`),
    targetId
      ? `about one ${targetType ? nounOf(targetType) : "target"}`
      : targetType && `about ${nounOf(targetType)}`,
    ip && `from ${ip}`,
    search && `with “${search}”`,
    from && `since ${minute(from)}`,
    to && `until ${minute(to)}`,
  ].filter(Boolean);
  return parts.length === 0 ? "All entries of the log." : `Those ${parts.join(", ")}.`;
}

function minute(date: Date): string {
  return format(date, "d MMM yyyy, HH:mm");
}
