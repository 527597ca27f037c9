"use client";

import { DropdownMenu, MenuRadioGroup, MenuRadioItem } from "#app/_ui/dropdown-menu.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { taskStatuses, type TaskStatus } from "#server/projects/schema.ts";

/** How each status is called and coloured. `bar` is its colour in charts. */
export const statusLook = {
  todo: { label: "To do", color: "text-ink-subtle", bar: "bg-line-control" },
  in_progress: { label: "In progress", color: "text-warning", bar: "bg-warning" },
  in_review: { label: "In review", color: "text-info", bar: "bg-info" },
  done: { label: "Done", color: "text-success", bar: "bg-success" },
} as const satisfies Record<TaskStatus, { label: string; color: string; bar: string }>;

/** Statuses as choices of a select or filter, in the order of the work. */
export const statusOptions = taskStatuses.map((status) => ({
  value: status,
  label: statusLook[status].label,
  icon: <StatusIcon status={status} />,
}));

/** How far the work is, as a ring that fills. */
export function StatusIcon({ status, className }: { status: TaskStatus; className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      fill="none"
      aria-hidden
      className={cn("size-4 shrink-0", statusLook[status].color, className)}
    >
      {status === "done" ? (
        <>
          <circle cx="8" cy="8" r="7" fill="currentColor" />
          <path
            d="m5 8.2 2.1 2.1L11.2 6"
            className="stroke-surface"
            strokeWidth="1.6"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </>
      ) : (
        <>
          <circle
            cx="8"
            cy="8"
            r="6.1"
            stroke="currentColor"
            strokeWidth="1.7"
            strokeDasharray={status === "todo" ? "2.2 1.63" : undefined}
          />
          {status === "in_progress" && <path d="M8 4.4a3.6 3.6 0 0 1 0 7.2Z" fill="currentColor" />}
          {status === "in_review" && <path d="M8 4.4A3.6 3.6 0 1 1 4.4 8H8Z" fill="currentColor" />}
        </>
      )}
    </svg>
  );
}

type StatusMenuProps = {
  status: TaskStatus;
  /** Names the task, so that "Status of …" is clear out of context. */
  title: string;
  onChange: (status: TaskStatus) => void;
  /** Only the icon, at any width. */
  compact: boolean;
};

/** The status as a button that changes it in place. */
export function StatusMenu({ status, title, onChange, compact }: StatusMenuProps) {
  return (
    <DropdownMenu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={`Status of ${title}: ${statusLook[status].label}`}
          className={cn(
            "inline-flex h-7 items-center gap-2 rounded-md text-sm text-ink-muted hover:bg-pressed hover:text-ink data-[state=open]:bg-pressed pointer-coarse:h-9",
            "-mx-1.5 w-7 justify-center max-md:pointer-coarse:w-9",
            !compact && "md:mr-0 md:-ml-2 md:w-auto md:px-2",
          )}
        >
          <StatusIcon status={status} />
          {!compact && <span className="hidden md:inline">{statusLook[status].label}</span>}
        </button>
      }
    >
      <MenuRadioGroup
        value={status}
        onValueChange={(value) => {
          const next = taskStatuses.find((candidate) => candidate === value);
          if (next && next !== status) onChange(next);
        }}
      >
        {statusOptions.map((option) => (
          <MenuRadioItem key={option.value} value={option.value}>
            {option.icon}
            {option.label}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </DropdownMenu>
  );
}
