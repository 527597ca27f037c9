"use client";

import { useState } from "react";
import { CalendarClock, CalendarOff, CalendarX, ChevronDown } from "lucide-react";
import { MemberPicker, type Person } from "#app/(console)/[org]/_members/member-picker.tsx";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { statusOptions } from "#app/(console)/[org]/_tasks/task-status.tsx";
import type { TasksSearch } from "#app/(console)/[org]/_tasks/search-params.ts";
import type { TaskRow } from "#server/projects/schema.ts";
import { FilterMenu, filterButtonStyle, MultiFilterMenu } from "#app/_ui/data-table/filter-menu.tsx";

const dueOptions = [
  { value: "overdue", label: "Overdue", icon: <CalendarX aria-hidden /> },
  { value: "week", label: "Next 7 days", icon: <CalendarClock aria-hidden /> },
  { value: "none", label: "No due date", icon: <CalendarOff aria-hidden /> },
] as const;

type TaskFiltersProps = {
  search: TasksSearch;
  onChange: (change: Partial<TasksSearch>) => void;
  /** The rows on the screen: they know the name behind an assignee's id in the address. */
  rows: readonly TaskRow[];
};

/** Status, assignee and due date, as buttons that say what they are set to. */
export function TaskFilters({ search, onChange, rows }: TaskFiltersProps) {
  const { can } = useAccess();
  return (
    <>
      <MultiFilterMenu
        label="Status"
        values={search.status}
        options={statusOptions}
        onChange={(status) => onChange({ status })}
      />
      {can("members.read") && (
        <AssigneeFilter value={search.assignee} rows={rows} onChange={(assignee) => onChange({ assignee })} />
      )}
      <FilterMenu label="Due" value={search.due} options={dueOptions} onChange={(due) => onChange({ due })} />
    </>
  );
}

type AssigneeFilterProps = {
  value: string | null;
  rows: readonly TaskRow[];
  onChange: (value: string | null) => void;
};

function AssigneeFilter({ value, rows, onChange }: AssigneeFilterProps) {
  const [chosen, setChosen] = useState<Person | null>(null);
  const seen = rows.find((row) => row.assignee?.id === value)?.assignee;
  const person = chosen?.id === value ? chosen : seen;
  const shown = value === "none" ? "nobody" : (person?.name ?? "one person");
  return (
    <MemberPicker
      label="Assignee"
      noneLabel="Unassigned"
      // To the picker null means "no one"; an id that nobody has stands for "not filtered".
      value={value === "none" ? null : (value ?? "any")}
      onChange={(next) => {
        setChosen(next);
        onChange(next?.id ?? "none");
      }}
      trigger={
        <button type="button" className={filterButtonStyle(value !== null)}>
          <span className="clip-line">
            Assignee
            {value !== null && `: ${shown}`}
          </span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0" />
        </button>
      }
    />
  );
}
