"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { BookOpen, Plus, Webhook } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { endpointColumns } from "#app/(console)/[org]/webhooks/endpoint-columns.tsx";
import { endpointsInput, endpointsSearch } from "#app/(console)/[org]/webhooks/search-params.ts";
import { WebhooksFrame } from "#app/(console)/[org]/webhooks/webhooks-frame.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button, ButtonLink } from "#app/_ui/button.tsx";
import { ListTable } from "#app/_ui/data-table/list-table.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import { useWayOut } from "#app/_ui/way-out.tsx";

const refreshMs = 15_000;
const newestFirst = { by: "createdAt", direction: "desc" } as const;

/** The addresses that hear of what happens in this organization, and how each of them does. */
export function WebhooksPage() {
  return (
    <WebhooksFrame actions={<NewEndpointButton />}>
      <Endpoints />
    </WebhooksFrame>
  );
}

function Endpoints() {
  const api = useApi();
  const [search, setSearch] = useQueryStates(endpointsSearch);
  const endpoints = useQuery({
    ...api.webhooks.list.queryOptions(endpointsInput(search)),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  return (
    <>
      <RoomNote />
      <ListTable
        label="Endpoints"
        what="endpoints"
        query={endpoints}
        columns={endpointColumns}
        sort={newestFirst}
        sortOptions={[]}
        onSortChange={() => {}}
        pageNumber={search.page}
        onTurn={(change) => void setSearch(change, { history: "push", scroll: true })}
        onClear={null}
        firstUse={
          <FirstUse
            icon={<Webhook />}
            title="No endpoints"
            text="Give an address of your own system, and Astra sends it a signed request whenever something happens here."
            action={
              <>
                <NewEndpointButton />
                <ButtonLink href="/docs/events">
                  <BookOpen aria-hidden />
                  What events there are
                </ButtonLink>
              </>
            }
          />
        }
      />
    </>
  );
}

/** How many endpoints the plan has room for; null until it is known. */
function useRoom(): { used: number; limit: number | null; planName: string } | null {
  const { data } = useQuery(useApi().organization.usage.queryOptions());
  const endpoints = data?.usage.find(({ resource }) => resource === "endpoints");
  return data && endpoints ? { ...endpoints, planName: data.planName } : null;
}

function RoomNote() {
  const room = useRoom();
  const { action } = useWayOut("limit_reached");
  if (!room || room.limit === null || room.used < room.limit) return null;
  return (
    <Banner className="mb-3" actions={action}>
      The {room.planName} plan has room for {room.limit === 1 ? "one endpoint" : `${room.limit} endpoints`},
      and all of it is taken. Delete one that is not needed, or choose a larger plan.
    </Banner>
  );
}

function NewEndpointButton() {
  const { slug } = useOrganization();
  const { why } = useAccess();
  const go = useGo();
  const room = useRoom();
  const full = room !== null && room.limit !== null && room.used >= room.limit;
  return (
    <Button
      variant="primary"
      disabledReason={why("webhooks.write") ?? (full && "All endpoints of your plan are taken")}
      onClick={() => go(`/${slug}/webhooks/new`)}
    >
      <Plus aria-hidden />
      New endpoint
    </Button>
  );
}
