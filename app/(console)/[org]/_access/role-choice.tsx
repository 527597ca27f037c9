"use client";

import { RadioGroup } from "radix-ui";
import { countOf } from "#app/(console)/[org]/_access/permission-words.ts";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { cn } from "#app/_ui/class-names.ts";
import type { RoleRow } from "#server/roles/schema.ts";

type RoleChoiceProps = {
  label: string;
  roles: readonly RoleRow[];
  /** A role's id. */
  value: string | null;
  onChange: (roleId: string) => void;
  /** The role that is held now; it is marked. */
  present?: string | null;
};

/** One role of all, each with what it is for; those that one may not give say why. */
export function RoleChoice({ label, roles, value, onChange, present = null }: RoleChoiceProps) {
  return (
    <RadioGroup.Root
      aria-label={label}
      value={value ?? ""}
      onValueChange={onChange}
      className="divide-y divide-line overflow-hidden rounded-lg border border-line-control"
    >
      {roles.map((role) => (
        <RoleOption key={role.id} role={role} present={role.id === present} />
      ))}
    </RadioGroup.Root>
  );
}

function RoleOption({ role, present }: { role: RoleRow; present: boolean }) {
  const refused = useReason(role);
  return (
    <RadioGroup.Item
      value={role.id}
      disabled={refused !== null}
      aria-label={role.name}
      aria-describedby={`role-${role.id}-words`}
      {...(present ? { "data-autofocus": "" } : {})}
      className={cn(
        "group/role flex w-full items-start gap-3 px-3.5 py-2.5 text-left hover:bg-hover focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-focus",
        "data-[state=checked]:bg-accent-soft disabled:cursor-not-allowed disabled:hover:bg-transparent",
      )}
    >
      <span className="mt-1 grid size-4 shrink-0 place-items-center rounded-full border border-line-control bg-surface group-disabled/role:bg-sunken group-data-[state=checked]/role:border-accent group-data-[state=checked]/role:bg-accent">
        <RadioGroup.Indicator className="size-1.5 rounded-full bg-on-accent" />
      </span>
      <span className="min-w-0">
        <span className="flex flex-wrap items-center gap-2 font-medium text-ink group-disabled/role:text-ink-subtle">
          {role.name}
          {present && <Badge>Now</Badge>}
        </span>
        <span id={`role-${role.id}-words`} className="block text-sm text-ink-subtle">
          {refused ?? (role.description || countOf(role.permissions.length, "permission"))}
        </span>
      </span>
    </RadioGroup.Item>
  );
}

/** The server's reason; where it would list many permissions, their number. */
function useReason(role: RoleRow): string | null {
  const { me } = useOrganization();
  const missing = role.permissions.filter((name) => !me.permissions.includes(name));
  if (!role.acts.assign) return null;
  if (missing.length > 2) return `It permits ${missing.length} things that you may not do yourself.`;
  return role.acts.assign;
}
