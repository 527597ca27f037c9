"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { ChangedMeanwhile } from "#app/(console)/[org]/roles/_editor/changed-meanwhile.tsx";
import type { RoleValues } from "#app/(console)/[org]/roles/_editor/merge.ts";
import { PermissionPicker } from "#app/(console)/[org]/roles/_editor/permission-picker.tsx";
import { RoleForm } from "#app/(console)/[org]/roles/_editor/role-form.tsx";
import { useRoleEditing } from "#app/(console)/[org]/roles/mutations.ts";
import { RoleActions } from "#app/(console)/[org]/roles/role-actions.tsx";
import { usesOf } from "#app/(console)/[org]/roles/uses.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import type { PermissionRow, RoleRow } from "#server/roles/schema.ts";

/** One role: what it permits, who has it, and the editor where one may change it. */
export function RolePage({ id }: { id: string }) {
  const api = useApi();
  const { slug, me } = useOrganization();
  const role = useQuery(api.roles.get.queryOptions({ id }));
  const permissions = useQuery(api.roles.permissions.queryOptions());
  if (role.isError) return <LoadProblem error={role.error} onRetry={role.refetch} />;
  if (permissions.isError) return <LoadProblem error={permissions.error} onRetry={permissions.refetch} />;
  if (!role.data || !permissions.data) {
    return (
      <>
        <LoadingNote>Loading the role</LoadingNote>
        <Skeleton className="h-96" />
      </>
    );
  }
  const uses = usesOf(role.data);
  return (
    <>
      <PageHeader
        title={role.data.name}
        trail={[{ href: `/${slug}/roles`, label: "Roles" }]}
        aside={
          <>
            {role.data.builtIn && <Badge>Built in</Badge>}
            {role.data.key === me.roleKey && <Badge tone="accent">Yours</Badge>}
          </>
        }
        description={`${uses ?? "Nobody"} ${uses && role.data.members + role.data.invites > 1 ? "have" : "has"} this role.`}
        actions={
          <RoleActions
            role={role.data}
            trigger={
              <Button aria-label="Role actions">
                <Ellipsis aria-hidden />
                Actions
              </Button>
            }
          />
        }
      />
      {role.data.acts.update ? (
        <FixedRole role={role.data} registry={permissions.data} />
      ) : (
        <RoleEditor role={role.data} registry={permissions.data} />
      )}
    </>
  );
}

type PartProps = { role: RoleRow; registry: readonly PermissionRow[] };

function RoleEditor({ role, registry }: PartProps) {
  const { slug, me } = useOrganization();
  const { save } = useRoleEditing(role.id);
  const go = useGo();
  // What the editor began with; a newer version is somebody else's, and is not put under their fingers.
  const [base, setBase] = useState(role);
  const own = role.key === me.roleKey;
  const outdated = base.version !== role.version;
  return (
    <RoleForm
      registry={registry}
      before={valuesOf(base)}
      notice={
        outdated && (
          <ChangedMeanwhile
            before={valuesOf(base)}
            theirs={valuesOf(role)}
            registry={registry}
            onTaken={() => setBase(role)}
          />
        )
      }
      blocked={outdated ? "Decide first what becomes of the other change" : null}
      permissionsFixed={
        own ? "You have this role yourself: somebody else must change what it permits." : null
      }
      holders={usesOf(role)}
      submitLabel="Save changes"
      onCancel={() => go(`/${slug}/roles`)}
      onSave={async ({ permissions, ...words }) => {
        // Who has the role may change its name alone, and must not send its permissions.
        const changed = own ? words : { ...words, permissions };
        const version = await save({ ...changed, version: base.version });
        setBase({ ...base, ...changed, version });
      }}
    />
  );
}

function valuesOf({ name, description, permissions }: RoleRow): RoleValues {
  return { name, description, permissions: [...permissions] };
}

function FixedRole({ role, registry }: PartProps) {
  return (
    <div className="flex max-w-3xl flex-col gap-6">
      <Banner>
        {role.builtIn
          ? "Built-in roles are the same in every organization and cannot be changed. Clone this one to make it yours."
          : role.acts.update}
      </Banner>
      {role.description && <p className="text-ink-muted">{role.description}</p>}
      <PermissionPicker registry={registry} chosen={role.permissions} onChange={null} whyNot={() => null} />
    </div>
  );
}
