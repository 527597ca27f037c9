"use client";

import { ActionFilter } from "#app/(console)/[org]/audit-log/action-filter.tsx";
import { ActorFilter } from "#app/(console)/[org]/audit-log/actor-filter.tsx";
import { AddressFilter } from "#app/(console)/[org]/audit-log/address-filter.tsx";
import { LiveSwitch } from "#app/(console)/[org]/audit-log/live-switch.tsx";
import { isNarrowed, type AuditSearch } from "#app/(console)/[org]/audit-log/search-params.ts";
import { TargetFilter } from "#app/(console)/[org]/audit-log/target-filter.tsx";
import { TimeFilter } from "#app/(console)/[org]/audit-log/time-filter.tsx";
import { filterButtonStyle } from "#app/_ui/data-table/filter-menu.tsx";
import { SearchInput } from "#app/_ui/data-table/search-input.tsx";
import { TableToolbar } from "#app/_ui/data-table/toolbar.tsx";

type AuditToolbarProps = {
  search: AuditSearch;
  onChange: (change: Partial<AuditSearch>) => void;
  onClear: () => void;
  live: boolean;
  onLiveChange: (live: boolean) => void;
};

/** Words, five filters and the switch for a live list. */
export function AuditToolbar({ search, onChange, onClear, live, onLiveChange }: AuditToolbarProps) {
  const liveSwitch = <LiveSwitch live={live} onLiveChange={onLiveChange} />;
  return (
    <TableToolbar
      search={<SearchInput label="Search the log" value={search.q} onSearch={(q) => onChange({ q })} />}
      filters={
        <>
          <ActorFilter search={search} onChange={onChange} />
          <ActionFilter value={search.action} onChange={(action) => onChange({ action })} />
          <TargetFilter search={search} onChange={onChange} />
          <TimeFilter search={search} onChange={onChange} />
          <AddressFilter value={search.ip} onChange={(ip) => onChange({ ip })} />
          <button
            type="button"
            aria-pressed={search.changes}
            onClick={() => onChange({ changes: !search.changes })}
            className={filterButtonStyle(search.changes)}
          >
            Changes only
          </button>
        </>
      }
      onClear={isNarrowed(search) ? onClear : null}
      end={liveSwitch}
    />
  );
}
