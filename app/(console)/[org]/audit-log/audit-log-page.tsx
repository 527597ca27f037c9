"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { AuditFrame } from "#app/(console)/[org]/audit-log/audit-frame.tsx";
import { AuditToolbar } from "#app/(console)/[org]/audit-log/audit-toolbar.tsx";
import { ChainCard } from "#app/(console)/[org]/audit-log/chain-card.tsx";
import { EntrySheet } from "#app/(console)/[org]/audit-log/entry-sheet.tsx";
import { EntryTable } from "#app/(console)/[org]/audit-log/entry-table.tsx";
import { ExportDialog } from "#app/(console)/[org]/audit-log/export-dialog.tsx";
import {
  auditInput,
  auditPanels,
  auditSearch,
  filterOf,
  noFilters,
  type AuditSearch,
} from "#app/(console)/[org]/audit-log/search-params.ts";
import { useAuditState } from "#app/(console)/[org]/audit-log/use-audit-state.ts";
import { useRangeStart } from "#app/(console)/[org]/audit-log/use-range-start.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Card } from "#app/_ui/card.tsx";
import { firstPage } from "#app/_ui/data-table/paging.ts";
import { Refused } from "#app/_ui/empty-state.tsx";

type AuditLogPageProps = {
  /** When the server made the page, in milliseconds: spans up to now begin where its own call had them begin. */
  openedAt: number;
};

/** The organization's audit log: found by filters, proved, exported, and followed while it grows. */
export function AuditLogPage(props: AuditLogPageProps) {
  const { why } = useAccess();
  const refused = why("audit_log.read");
  if (!refused) return <Viewer {...props} />;
  return (
    <AuditFrame>
      <Card>
        <Refused message={`${refused}.`} />
      </Card>
    </AuditFrame>
  );
}

function Viewer({ openedAt }: AuditLogPageProps) {
  const api = useApi();
  const { why } = useAccess();
  const [search, setSearch] = useQueryStates(auditSearch);
  const [panels, setPanels] = useQueryStates(auditPanels);
  const { live } = panels;
  const rangeFrom = useRangeStart(search.range, openedAt);
  const entries = useQuery({
    ...api.audit.list.queryOptions(auditInput(search, { live, rangeFrom })),
    placeholderData: keepPreviousData,
  });
  const state = useAuditState(live);
  const narrow = (change: Partial<AuditSearch>) => void setSearch({ ...change, ...firstPage });
  const clear = () => void setSearch(noFilters);
  return (
    <AuditFrame
      actions={
        <Button disabledReason={why("audit_log.export")} onClick={() => void setPanels({ export: "new" })}>
          <Download aria-hidden />
          Export
        </Button>
      }
    >
      {state.data && <ChainCard state={state.data} />}
      <AuditToolbar
        search={search}
        onChange={narrow}
        onClear={clear}
        live={live}
        onLiveChange={(next) => {
          void setPanels({ live: next });
          void setSearch(firstPage);
        }}
      />
      <EntryTable
        query={entries}
        search={search}
        live={live}
        reading={panels.entry !== null}
        onTurn={(change) => void setSearch(change, { history: "push", scroll: true })}
        onClear={clear}
      />
      <EntrySheet
        onFilter={(change) => {
          void setPanels({ entry: null });
          narrow(change);
        }}
      />
      <ExportDialog filter={filterOf(search, rangeFrom)} />
    </AuditFrame>
  );
}
