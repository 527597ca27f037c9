"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Bell, Check, Mail } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useMarkRead } from "#app/(console)/[org]/_notifications/mutations.ts";
import { NotificationItem } from "#app/(console)/[org]/_notifications/notification-item.tsx";
import { PreferencesCard } from "#app/(console)/[org]/notifications/preferences-card.tsx";
import { notificationsInput, notificationsSearch } from "#app/(console)/[org]/notifications/search-params.ts";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Button } from "#app/_ui/button.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { filterButtonStyle } from "#app/_ui/data-table/filter-menu.tsx";
import { firstPage, pagingOf, type Turn } from "#app/_ui/data-table/paging.ts";
import { Pagination } from "#app/_ui/data-table/pagination.tsx";
import { rowControl } from "#app/_ui/data-table/row-link.tsx";
import { AllCleared, FirstUse } from "#app/_ui/empty-state.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

type NotificationPage = Outputs["notifications"]["list"];

/** Everything that the member was told in the last months, and what of it is mailed. */
export function NotificationsPage() {
  const api = useApi();
  // The bell asks for it again by itself.
  const unread = useQuery(api.notifications.unreadCount.queryOptions()).data?.unread;
  const { markAllRead, markingAll } = useMarkRead();
  const [search, setSearch] = useQueryStates(notificationsSearch);
  const list = useQuery({
    ...api.notifications.list.queryOptions(notificationsInput(search)),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHeader
        title="Notifications"
        description="What you must know of this organization. Each one is kept for 90 days."
        actions={
          <Button
            loading={markingAll}
            disabledReason={unread === 0 && "Nothing is unread"}
            onClick={markAllRead}
          >
            <Check aria-hidden />
            Mark all as read
          </Button>
        }
      />
      <search className="mb-3 flex items-center justify-between gap-3">
        <button
          type="button"
          aria-pressed={search.unread}
          onClick={() => void setSearch({ unread: search.unread ? null : true, ...firstPage })}
          className={filterButtonStyle(search.unread)}
        >
          Unread only
        </button>
        <a
          href="#mail"
          className="inline-flex min-h-6 items-center gap-1.5 text-sm text-accent-text underline-offset-4 hover:underline"
        >
          <Mail aria-hidden className="size-4" />
          What is mailed
        </a>
      </search>
      <section aria-label="List" className="overflow-clip rounded-xl border border-line bg-surface">
        {list.data ? (
          <List
            page={list.data}
            stale={list.isPlaceholderData}
            unreadOnly={search.unread}
            pageNumber={search.page}
            onTurn={(change) => void setSearch(change, { history: "push", scroll: true })}
          />
        ) : list.isError ? (
          <LoadProblem error={list.error} onRetry={list.refetch} />
        ) : (
          <div className="flex flex-col gap-4 p-4">
            <LoadingNote>Loading notifications</LoadingNote>
            <Skeleton className="h-12" />
            <Skeleton className="h-12" />
            <Skeleton className="h-12" />
          </div>
        )}
      </section>
      <PreferencesCard />
    </>
  );
}

type ListProps = {
  page: NotificationPage;
  stale: boolean;
  unreadOnly: boolean;
  pageNumber: number;
  onTurn: Turn;
};

function List({ page, stale, unreadOnly, pageNumber, onTurn }: ListProps) {
  const { markRead } = useMarkRead();
  if (page.items.length === 0) {
    return unreadOnly ? (
      <AllCleared title="You have read everything" />
    ) : (
      <FirstUse
        icon={<Bell />}
        title="No notifications"
        text="When an export is ready or something needs you, it appears here."
      />
    );
  }
  return (
    <>
      <ul className={cn("divide-y divide-line", stale && "opacity-60 transition-opacity delay-200")}>
        {page.items.map((notification) => (
          <NotificationItem
            key={notification.id}
            notification={notification}
            className="px-4 py-3"
            onFollow={() => {
              if (notification.readAt === null) markRead(notification.id);
            }}
            action={
              notification.readAt === null && (
                <IconButton
                  label={`Mark as read: ${notification.title}`}
                  size="sm"
                  className={rowControl}
                  onClick={() => markRead(notification.id)}
                >
                  <Check aria-hidden />
                </IconButton>
              )
            }
          />
        ))}
      </ul>
      <Pagination what="notifications" {...pagingOf(page, pageNumber, onTurn)} />
    </>
  );
}
