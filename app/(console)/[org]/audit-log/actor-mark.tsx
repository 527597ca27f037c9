import { Bot, KeyRound, ShieldCheck, UserRoundX } from "lucide-react";
import { Avatar } from "#app/_ui/avatar.tsx";
import { cn } from "#app/_ui/class-names.ts";
import type { AuditRow } from "#server/audit/schema.ts";

const icons = { api_key: KeyRound, operator: ShieldCheck, system: Bot, anonymous: UserRoundX } as const;

/** A person's initials; a sign of its kind for any other actor. */
export function ActorMark({
  actor,
  className,
}: {
  actor: Pick<AuditRow["actor"], "kind" | "name">;
  className?: string;
}) {
  if (actor.kind === "member") return <Avatar name={actor.name || "?"} className={className} />;
  const Icon = icons[actor.kind];
  return (
    <span
      aria-hidden
      className={cn(
        "grid size-6 shrink-0 place-items-center rounded-full bg-pressed text-ink-muted",
        className,
      )}
    >
      <Icon className="size-3.5" />
    </span>
  );
}
