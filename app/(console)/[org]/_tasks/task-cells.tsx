"use client";

import { CalendarDays, CircleUserRound, Ellipsis, Pencil, Trash2 } from "lucide-react";
import Link from "next/link";
import { MemberPicker } from "#app/(console)/[org]/_members/member-picker.tsx";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useChangeTask, useDeleteTask } from "#app/(console)/[org]/_tasks/mutations.ts";
import { useTaskAccess } from "#app/(console)/[org]/_tasks/task-access.tsx";
import { StatusIcon, statusLook, StatusMenu } from "#app/(console)/[org]/_tasks/task-status.tsx";
import { useOpenTask } from "#app/(console)/[org]/_tasks/use-open-task.ts";
import type { TaskRow } from "#server/projects/schema.ts";
import { Avatar } from "#app/_ui/avatar.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { rowControl, RowLink } from "#app/_ui/data-table/row-link.tsx";
import { DatePicker } from "#app/_ui/date-picker.tsx";
import { DropdownMenu, MenuItem, MenuSeparator } from "#app/_ui/dropdown-menu.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { formatDay } from "#app/_ui/plain-date.ts";
import { useToday } from "#app/_ui/today.ts";

type CellProps = { task: TaskRow };

/** The controls inside a row that change one thing in place. */
const cellButtonStyle =
  "inline-flex h-7 max-w-full items-center gap-2 rounded-md text-sm md:-mx-2 md:px-2 whitespace-nowrap text-ink-muted hover:bg-pressed hover:text-ink data-[state=open]:bg-pressed pointer-coarse:h-9";

/** The status, changed in place where the member may. */
export function StatusCell({ task, compact = false }: CellProps & { compact?: boolean }) {
  const change = useChangeTask();
  const { whyNotWrite } = useTaskAccess();
  if (whyNotWrite) {
    return (
      <span className="flex items-center gap-2 text-sm">
        <StatusIcon status={task.status} />
        <span className={cn("max-md:sr-only", compact && "sr-only")}>{statusLook[task.status].label}</span>
      </span>
    );
  }
  return (
    <span className={rowControl}>
      <StatusMenu
        compact={compact}
        status={task.status}
        title={task.title}
        onChange={(status) => change({ id: task.id, status })}
      />
    </span>
  );
}

/** The title, which opens the task beside the list. */
export function TitleCell({ task }: CellProps) {
  const { hrefOf, open } = useOpenTask();
  return (
    <RowLink
      href={hrefOf(task.id)}
      onOpen={() => open(task.id)}
      title={task.title}
      className={cn(task.status === "done" && "text-ink-muted")}
    >
      {task.title}
    </RowLink>
  );
}

/** The project, for lists over several of them. */
export function ProjectCell({ task }: CellProps) {
  const { slug } = useOrganization();
  return (
    <Link
      prefetch={false}
      href={`/${slug}/projects/${task.projectId}`}
      className={cn(
        rowControl,
        "clip-line -mx-1 block rounded-sm px-1 py-0.5 text-sm hover:text-ink hover:underline",
      )}
    >
      {task.projectName}
    </Link>
  );
}

/** The assignee, changed in place where the member may. */
export function AssigneeCell({ task }: CellProps) {
  const change = useChangeTask();
  const { can } = useAccess();
  const { whyNotWrite } = useTaskAccess();
  const shown = task.assignee ? (
    <>
      <Avatar name={task.assignee.name} size="xs" />
      <span className="clip-line">{task.assignee.name}</span>
    </>
  ) : (
    <>
      <CircleUserRound aria-hidden className="size-4.5 shrink-0 text-ink-subtle" />
      <span className="text-ink-subtle">Unassigned</span>
    </>
  );
  if (whyNotWrite || !can("members.read")) {
    return <span className="flex max-w-full items-center gap-2 text-sm">{shown}</span>;
  }
  return (
    <span className={cn(rowControl, "block max-w-full")}>
      <MemberPicker
        label="Assignee"
        noneLabel="Unassigned"
        value={task.assignee?.id ?? null}
        onChange={(assignee) => change({ id: task.id, assignee })}
        trigger={
          <button
            type="button"
            aria-label={`Assignee of ${task.title}: ${task.assignee?.name ?? "Unassigned"}`}
            className={cellButtonStyle}
          >
            {shown}
          </button>
        }
      />
    </span>
  );
}

/** The due date, changed in place where the member may; red once it has passed undone. */
export function DueCell({ task }: CellProps) {
  const change = useChangeTask();
  const { whyNotWrite } = useTaskAccess();
  const today = useToday();
  const overdue = isOverdue(task, today);
  const text = task.dueOn ? formatDay(task.dueOn, today) : null;
  const style = cn(overdue && "font-medium text-danger-text");
  if (whyNotWrite) {
    return text && <span className={cn("flex items-center gap-2 text-sm", style)}>{text}</span>;
  }
  return (
    <span className={rowControl}>
      <DatePicker
        label="Due date"
        value={task.dueOn}
        onChange={(dueOn) => change({ id: task.id, dueOn })}
        trigger={
          <button
            type="button"
            aria-label={`Due date of ${task.title}: ${text ?? "Set date"}${overdue ? ", overdue" : ""}`}
            className={cn(
              cellButtonStyle,
              style,
              !text &&
                "text-ink-subtle max-md:hidden md:opacity-0 md:group-hover/row:opacity-100 md:focus-visible:opacity-100 md:data-[state=open]:opacity-100",
            )}
          >
            <CalendarDays aria-hidden className="size-4 shrink-0" />
            {text ?? "Set date"}
          </button>
        }
      />
    </span>
  );
}

/** Whether the day has passed while the work is not done. */
function isOverdue(task: { dueOn: string | null; status: TaskRow["status"] }, today: string): boolean {
  return task.dueOn !== null && task.dueOn < today && task.status !== "done";
}

/** What else can be done with a task. */
export function TaskActions({ task }: CellProps) {
  const { open } = useOpenTask();
  const { whyNotDelete } = useTaskAccess();
  const remove = useDeleteTask();
  return (
    <span className={rowControl}>
      <DropdownMenu
        trigger={
          <IconButton label={`Actions for ${task.title}`} plain size="sm">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => open(task.id)}>
          <Pencil aria-hidden />
          Open
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger disabledReason={whyNotDelete} onSelect={() => void remove(task)}>
          <Trash2 aria-hidden />
          Delete
        </MenuItem>
      </DropdownMenu>
    </span>
  );
}
