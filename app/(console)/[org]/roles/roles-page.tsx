"use client";

import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { PlanNote } from "#app/(console)/[org]/_shell/plan-note.tsx";
import { RoleList } from "#app/(console)/[org]/roles/role-list.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Button, ButtonLink } from "#app/_ui/button.tsx";
import { Card, CardHeader } from "#app/_ui/card.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

/** The roles that members can have: those that every organization has, and its own. */
export function RolesPage() {
  const api = useApi();
  const roles = useQuery(api.roles.list.queryOptions());
  const own = roles.data?.filter((role) => !role.builtIn) ?? [];
  const builtIn = roles.data?.filter((role) => role.builtIn) ?? [];
  return (
    <div className="max-w-3xl">
      <PageHeader
        title="Roles"
        description="A role says what its members can do. Each member has one."
        actions={<NewRoleButton />}
      />
      <PlanNote feature="custom_roles" kept={own.length > 0 && "Those that are there go on working."} />
      {roles.data ? (
        <div className="flex flex-col gap-6">
          <Card aria-labelledby="own-roles" className={own.length === 0 ? "order-last" : undefined}>
            <CardHeader
              id="own-roles"
              title="Your own"
              description="Made by you, for what the built-in ones do not fit."
              className="border-b border-line"
            />
            {own.length > 0 ? (
              <RoleList label="Your own roles" roles={own} />
            ) : (
              <FirstUse
                icon={<KeyRound />}
                title="No roles of your own"
                text="Clone a built-in role and take away what is too much, or begin with an empty one."
              />
            )}
          </Card>
          <Card aria-labelledby="built-in-roles">
            <CardHeader
              id="built-in-roles"
              title="Built in"
              description="The same in every organization, and unchangeable: they grow with the product. Clone one to change it."
              className="border-b border-line"
            />
            <RoleList label="Built-in roles" roles={builtIn} />
          </Card>
        </div>
      ) : roles.isError ? (
        <Card>
          <LoadProblem error={roles.error} onRetry={roles.refetch} />
        </Card>
      ) : (
        <>
          <LoadingNote>Loading the roles</LoadingNote>
          <Skeleton className="h-96" />
        </>
      )}
    </div>
  );
}

function NewRoleButton() {
  const { slug } = useOrganization();
  const { why, lacks } = useAccess();
  const refused = why("roles.write") ?? lacks("custom_roles");
  const words = (
    <>
      <Plus aria-hidden />
      New role
    </>
  );
  if (refused) {
    return (
      <Button variant="primary" disabledReason={refused}>
        {words}
      </Button>
    );
  }
  return (
    <ButtonLink variant="primary" href={`/${slug}/roles/new`}>
      {words}
    </ButtonLink>
  );
}
