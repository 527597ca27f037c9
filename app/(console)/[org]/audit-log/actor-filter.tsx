"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { actorKinds } from "#app/(console)/[org]/_audit/words.ts";
import { ActorMark } from "#app/(console)/[org]/audit-log/actor-mark.tsx";
import { actorKindNames, type AuditSearch } from "#app/(console)/[org]/audit-log/search-params.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Combobox, type ComboboxOption } from "#app/_ui/combobox.tsx";
import { filterButtonStyle } from "#app/_ui/data-table/filter-menu.tsx";
import type { AuditFacets } from "#server/audit/schema.ts";

const anyone = "anyone";

const kindLabels = {
  member: "Any person",
  api_key: "Any API key",
  operator: "Any operator",
  system: actorKinds.system,
  anonymous: actorKinds.anonymous,
} as const;

type ActorFilterProps = { search: AuditSearch; onChange: (change: Partial<AuditSearch>) => void };

/** Narrows the log to one actor, or to a kind of actors. */
export function ActorFilter({ search, onChange }: ActorFilterProps) {
  const api = useApi();
  const [open, setOpen] = useState(false);
  const { actor, kind } = search;
  // Looking up who acts leaves an entry in the log, so it waits until somebody wants to know.
  const facets = useQuery({ ...api.audit.facets.queryOptions(), enabled: open || actor !== null });
  const actors = facets.data?.actors ?? [];
  const shown = actor
    ? (actors.find(({ id }) => id === actor)?.name ?? "one actor")
    : kind
      ? kindLabels[kind]
      : null;
  return (
    <Combobox
      label="Actor"
      value={actor ?? kind ?? anyone}
      options={optionsOf(actors)}
      loading={facets.isLoading}
      onOpenChange={setOpen}
      onValueChange={(value) => {
        const chosen = actorKindNames.find((name) => name === value) ?? null;
        onChange({ kind: chosen, actor: chosen || value === anyone ? null : value });
      }}
      trigger={
        <button type="button" className={filterButtonStyle(shown !== null)}>
          <span className="clip-line">
            Actor
            {shown && `: ${shown}`}
          </span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0" />
        </button>
      }
    />
  );
}

function optionsOf(actors: AuditFacets["actors"]): ComboboxOption[] {
  return [
    { value: anyone, label: "Anyone" },
    ...actorKindNames.map((kind) => ({ value: kind, label: kindLabels[kind], group: "Kinds" })),
    ...actors.map((actor) => ({
      value: actor.id,
      label: actor.name || "Erased person",
      hint: actorKinds[actor.kind],
      icon: <ActorMark actor={actor} />,
      group: "Seen in this log",
    })),
  ];
}
