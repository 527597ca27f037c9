"use client";

import { useId, useState } from "react";
import { Check, Minus } from "lucide-react";
import { groupPermissions } from "#app/(console)/[org]/_access/permission-groups.ts";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { Switch } from "#app/_ui/switch.tsx";
import type { MemberAccessView } from "#server/members/schema.ts";

type Permission = MemberAccessView["permissions"][number];

/** Every permission of a member under what it is about, each with the role that it comes from. */
export function MemberAccessPanel({ access }: { access: MemberAccessView }) {
  const [all, setAll] = useState(false);
  const switchId = useId();
  const { role, permissions, blocked } = access;
  const held = permissions.filter(({ from }) => from.length > 0);
  const groups = groupPermissions(all ? permissions : held);
  return (
    <>
      {blocked && <Banner tone="warning">{blocked}</Banner>}
      <div className="flex flex-wrap items-center justify-between gap-3 rounded-lg border border-line px-4 py-3">
        <div>
          <p className="flex items-center gap-2 font-medium text-ink">
            {role.name}
            {role.builtIn && <Badge>Built in</Badge>}
          </p>
          <p className="mt-0.5 text-sm text-ink-subtle">
            {held.length} of {permissions.length} permissions, all from this role
          </p>
        </div>
        <RoleLink id={role.id} />
      </div>
      <div className="flex items-center justify-between gap-3">
        <label htmlFor={switchId} className="text-sm text-ink-muted">
          Show what is not permitted too
        </label>
        <Switch id={switchId} checked={all} onCheckedChange={setAll} />
      </div>
      <div className="flex flex-col gap-5">
        {groups.map((group) => (
          <section key={group.resource} aria-label={group.name}>
            <h3 className="mb-1.5 text-sm font-semibold text-ink">{group.name}</h3>
            <ul className="flex flex-col gap-1">
              {group.permissions.map((permission) => (
                <PermissionLine key={permission.name} permission={permission} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </>
  );
}

function RoleLink({ id }: { id: string }) {
  const { slug } = useOrganization();
  const { can } = useAccess();
  if (!can("roles.read")) return null;
  return (
    <ButtonLink href={`/${slug}/roles/${id}`} size="sm">
      See role
    </ButtonLink>
  );
}

function PermissionLine({ permission }: { permission: Permission }) {
  const { name, description, from, granted } = permission;
  const held = from.length > 0;
  const Icon = held ? Check : Minus;
  return (
    <li className="flex items-start gap-2.5">
      <Icon
        aria-hidden
        className={cn("mt-[3px] size-4 shrink-0", granted ? "text-success-text" : "text-ink-subtle")}
      />
      <span className="min-w-0">
        <span className={cn("block", held ? "text-ink" : "text-ink-subtle")}>
          <span className="sr-only">{held ? "May: " : "May not: "}</span>
          {description}
        </span>
        <span className="block text-xs text-ink-subtle">
          <code className="font-mono">{name}</code>
          {held && ` from the role ${from.map((source) => source.name).join(", ")}`}
        </span>
      </span>
    </li>
  );
}
