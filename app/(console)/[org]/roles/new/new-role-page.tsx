"use client";

import { useQuery } from "@tanstack/react-query";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { PlanNote } from "#app/(console)/[org]/_shell/plan-note.tsx";
import { RoleForm } from "#app/(console)/[org]/roles/_editor/role-form.tsx";
import { useRoleActs } from "#app/(console)/[org]/roles/mutations.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Card } from "#app/_ui/card.tsx";
import { Refused } from "#app/_ui/empty-state.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

/** Nearly every role lets its members into the console. */
const empty = { name: "", description: "", permissions: ["organization.read"] };

/** The editor of a role that is not there yet. */
export function NewRolePage() {
  const api = useApi();
  const { slug } = useOrganization();
  const { why, lacks } = useAccess();
  const { create } = useRoleActs();
  const go = useGo();
  const permissions = useQuery(api.roles.permissions.queryOptions());
  const refused = why("roles.write");
  const back = () => go(`/${slug}/roles`);
  return (
    <>
      <PageHeader
        title="New role"
        trail={[{ href: `/${slug}/roles`, label: "Roles" }]}
        description="It can permit what you may do yourself, and no more."
      />
      {refused ? (
        <Card>
          <Refused message={`${refused}.`} />
        </Card>
      ) : lacks("custom_roles") ? (
        <PlanNote feature="custom_roles" kept="The built-in roles are there on every plan." />
      ) : permissions.data ? (
        <RoleForm
          registry={permissions.data}
          before={empty}
          submitLabel="Create role"
          onCancel={back}
          onSave={async (role) => {
            await create(role);
            back();
          }}
        />
      ) : permissions.isError ? (
        <LoadProblem error={permissions.error} onRetry={permissions.refetch} />
      ) : (
        <>
          <LoadingNote>Loading the permissions</LoadingNote>
          <Skeleton className="h-96" />
        </>
      )}
    </>
  );
}
