"use client";

import { Ellipsis, Users } from "lucide-react";
import Link from "next/link";
import { countOf } from "#app/(console)/[org]/_access/permission-words.ts";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { RoleActions } from "#app/(console)/[org]/roles/role-actions.tsx";
import { usesOf } from "#app/(console)/[org]/roles/uses.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { rowControl } from "#app/_ui/data-table/row-link.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import type { RoleRow } from "#server/roles/schema.ts";

/** Roles one under the other; each leads to what it permits. */
export function RoleList({ label, roles }: { label: string; roles: readonly RoleRow[] }) {
  return (
    <ul aria-label={label} className="divide-y divide-line">
      {roles.map((role) => (
        <RoleItem key={role.id} role={role} />
      ))}
    </ul>
  );
}

function RoleItem({ role }: { role: RoleRow }) {
  const { slug, me } = useOrganization();
  return (
    <li className="relative flex items-center gap-4 px-5 py-3 hover:bg-hover">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <Link
            href={`/${slug}/roles/${role.id}`}
            prefetch={false}
            className="font-medium break-words text-ink outline-none after:absolute after:inset-0 after:content-[''] focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
          >
            {role.name}
          </Link>
          {role.key === me.roleKey && <Badge tone="accent">Yours</Badge>}
        </p>
        {role.description && (
          <p className="mt-0.5 line-clamp-2 text-sm text-ink-subtle">{role.description}</p>
        )}
        <p className="mt-1 flex flex-wrap items-center gap-x-3 text-sm text-ink-subtle">
          {countOf(role.permissions.length, "permission")}
          <Uses role={role} />
        </p>
      </div>
      <span className={rowControl}>
        <RoleActions
          role={role}
          withEdit
          trigger={
            <IconButton label={`Actions for ${role.name}`} plain size="sm">
              <Ellipsis aria-hidden />
            </IconButton>
          }
        />
      </span>
    </li>
  );
}

function Uses({ role }: { role: RoleRow }) {
  const { slug } = useOrganization();
  const { can } = useAccess();
  const uses = usesOf(role);
  const words = (
    <>
      <Users aria-hidden className="size-3.5" />
      {uses ?? "Nobody has it"}
    </>
  );
  const style = "inline-flex min-h-6 items-center gap-1.5";
  if (role.members === 0 || !can("members.read")) return <span className={style}>{words}</span>;
  return (
    <Link
      href={`/${slug}/members?role=${role.key}`}
      prefetch={false}
      className={`${rowControl} ${style} -mx-1 rounded-sm px-1 hover:bg-pressed hover:text-ink`}
    >
      {words}
    </Link>
  );
}
