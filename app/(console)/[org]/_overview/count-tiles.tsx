"use client";

import { CircleAlert, FolderKanban, ListTodo, Users } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import Link from "next/link";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { cn } from "#app/_ui/class-names.ts";
import type { Overview } from "#server/projects/schema.ts";
import type { Permission } from "#server/access/permissions.ts";

type Tile = {
  label: string;
  value: number;
  href: string;
  icon: LucideIcon;
  needs: Permission;
  alarming?: boolean;
};

const count = new Intl.NumberFormat("en");

/** The figures people come for, each leading to what it counts. */
export function CountTiles({ counts }: { counts: Overview["counts"] }) {
  const { slug } = useOrganization();
  const { can } = useAccess();
  const tiles: Tile[] = [
    {
      label: "Active projects",
      value: counts.activeProjects,
      href: `/${slug}/projects`,
      icon: FolderKanban,
      needs: "projects.read",
    },
    {
      label: "Open tasks",
      value: counts.openTasks,
      href: `/${slug}/tasks?status=todo,in_progress,in_review`,
      icon: ListTodo,
      needs: "tasks.read",
    },
    {
      label: "Overdue",
      value: counts.overdueTasks,
      href: `/${slug}/tasks?due=overdue&sort=dueOn&dir=asc`,
      icon: CircleAlert,
      needs: "tasks.read",
      alarming: counts.overdueTasks > 0,
    },
    { label: "Members", value: counts.members, href: `/${slug}/members`, icon: Users, needs: "members.read" },
  ];
  return (
    <ul className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      {tiles
        .filter((tile) => can(tile.needs))
        .map((tile) => (
          <li key={tile.label}>
            <CountTile tile={tile} />
          </li>
        ))}
    </ul>
  );
}

function CountTile({ tile }: { tile: Tile }) {
  return (
    <Link
      prefetch={false}
      href={tile.href}
      className="group flex h-full flex-col gap-2 rounded-xl border border-line bg-surface p-4 transition-colors duration-100 hover:border-line-strong hover:bg-hover"
    >
      <span className="flex items-center gap-2 text-sm text-ink-muted">
        <tile.icon
          aria-hidden
          className={cn("size-4 text-ink-subtle", tile.alarming && "text-danger-text")}
        />
        {tile.label}
      </span>
      <span className={cn("text-3xl font-semibold text-ink", tile.alarming && "text-danger-text")}>
        {count.format(tile.value)}
      </span>
    </Link>
  );
}
