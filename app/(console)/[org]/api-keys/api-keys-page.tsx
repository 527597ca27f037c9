"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { BookOpen, KeyRound, Plus } from "lucide-react";
import { useQueryState, useQueryStates } from "nuqs";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { CreateKey } from "#app/(console)/[org]/api-keys/create-key-form.tsx";
import { KeyDialog } from "#app/(console)/[org]/api-keys/key-dialog.tsx";
import { keyColumns, keySortOptions } from "#app/(console)/[org]/api-keys/key-columns.tsx";
import { LongestLife } from "#app/(console)/[org]/api-keys/longest-life.tsx";
import { keysInput, keysSearch, openKey, type KeySort } from "#app/(console)/[org]/api-keys/search-params.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button, ButtonLink } from "#app/_ui/button.tsx";
import { FilterMenu } from "#app/_ui/data-table/filter-menu.tsx";
import { ListTable } from "#app/_ui/data-table/list-table.tsx";
import { firstPage } from "#app/_ui/data-table/paging.ts";
import type { Sort } from "#app/_ui/data-table/sorting.ts";
import { SortMenu, TableToolbar } from "#app/_ui/data-table/toolbar.tsx";
import { FirstUse } from "#app/_ui/empty-state.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";

const showOptions = [
  { value: "live", label: "In force" },
  { value: "ended", label: "Ended" },
] as const;

/** The keys by which programs call the API of this organization. */
export function ApiKeysPage() {
  const api = useApi();
  const { can, why } = useAccess();
  const [search, setSearch] = useQueryStates(keysSearch);
  const [dialog, setDialog] = useQueryState("key", openKey.key);
  const keys = useQuery({
    ...api.apiKeys.list.queryOptions(keysInput(search)),
    placeholderData: keepPreviousData,
  });
  const sort: Sort<KeySort> = { by: search.sort, direction: search.dir };
  const narrow = (change: Partial<typeof search>) => void setSearch({ ...change, ...firstPage });
  const order = (next: Sort<KeySort>) => narrow({ sort: next.by, dir: next.direction });
  const show = (open: boolean) => void setDialog(open ? "new" : null);
  const create = (
    <Button variant="primary" disabledReason={why("api_keys.write")} onClick={() => show(true)}>
      <Plus aria-hidden />
      New key
    </Button>
  );
  return (
    <>
      <PageHeader
        title="API keys"
        description="Programs call the API with a key, which can do what you choose for it and no more."
        actions={create}
      />
      <TableToolbar
        search={
          <FilterMenu
            label="State"
            value={search.show}
            options={showOptions}
            resting="live"
            onChange={(next) => narrow({ show: next ?? "live" })}
          />
        }
        onClear={null}
        sortMenu={<SortMenu sort={sort} options={keySortOptions} onSortChange={order} />}
        end={
          <span className="flex flex-wrap items-center gap-2 sm:ml-auto">
            <LongestLife />
            <ButtonLink href="/docs/api" variant="ghost">
              <BookOpen aria-hidden />
              API reference
            </ButtonLink>
          </span>
        }
      />
      <ListTable
        label="API keys"
        what="API keys"
        query={keys}
        columns={keyColumns}
        sort={sort}
        sortOptions={keySortOptions}
        onSortChange={order}
        pageNumber={search.page}
        onTurn={(change) => void setSearch(change, { history: "push", scroll: true })}
        onClear={null}
        firstUse={<NoKeys ended={search.show === "ended"} />}
      />
      <KeyDialog
        open={dialog === "new" && can("api_keys.write")}
        onOpenChange={show}
        title="New API key"
        description="It is shown once, when it is made."
      >
        {(onMade) => <CreateKey onMade={onMade} onCancel={() => show(false)} />}
      </KeyDialog>
    </>
  );
}

function NoKeys({ ended }: { ended: boolean }) {
  if (ended) {
    return <FirstUse icon={<KeyRound />} title="No ended keys" text="Revoked and expired keys stand here." />;
  }
  return (
    <FirstUse
      icon={<KeyRound />}
      title="No API keys"
      text="A key lets a program of yours read and change what you choose, for as long as you choose."
    />
  );
}
