import type { ReactNode } from "react";
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import { cn } from "#app/_ui/class-names.ts";
import { RowLink } from "#app/_ui/data-table/row-link.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { NotificationLevel, NotificationRow } from "#server/notifications/schema.ts";

const levels = {
  info: { icon: Info, word: "Note", style: "bg-info-soft text-info-text" },
  warning: { icon: TriangleAlert, word: "Warning", style: "bg-warning-soft text-warning-text" },
  danger: { icon: CircleAlert, word: "Alarm", style: "bg-danger-soft text-danger-text" },
} as const satisfies Record<NotificationLevel, unknown>;

type NotificationItemProps = {
  notification: NotificationRow;
  /** Runs when its link is followed. */
  onFollow: () => void;
  /** Stands at the end of the row. */
  action?: ReactNode;
  className?: string;
};

/** One notification in a list: how bad, what, when; all of it leads to its place. */
export function NotificationItem({ notification, onFollow, action, className }: NotificationItemProps) {
  const { level, title, text, path, times, at, readAt } = notification;
  const { icon: Icon, word, style } = levels[level];
  const unread = readAt === null;
  return (
    <li className={cn("group/row relative flex items-start gap-3 hover:bg-hover", className)}>
      <span className={cn("mt-0.5 grid size-7 shrink-0 place-items-center rounded-full", style)}>
        <Icon aria-hidden className="size-4" />
        <span className="sr-only">{word}</span>
      </span>
      <div className="min-w-0 flex-1" onClickCapture={onFollow}>
        <RowLink
          href={path}
          className={cn("whitespace-normal", unread ? "font-semibold" : "font-normal text-ink-muted")}
        >
          {title}
          {unread && <span className="sr-only"> (unread)</span>}
        </RowLink>
        {text && <p className="text-sm break-words text-ink-muted">{text}</p>}
        <p className="mt-0.5 text-sm text-ink-subtle">
          <RelativeTime date={at} />
          {times > 1 && ` · ${times} times`}
        </p>
      </div>
      {action}
      {unread && <span aria-hidden className="mt-2 size-2 shrink-0 rounded-full bg-accent" />}
    </li>
  );
}
