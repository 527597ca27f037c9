"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Bell } from "lucide-react";
import Link from "next/link";
import { useMarkRead } from "#app/(console)/[org]/_notifications/mutations.ts";
import { NotificationItem } from "#app/(console)/[org]/_notifications/notification-item.tsx";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { AllCleared } from "#app/_ui/empty-state.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { Popover } from "#app/_ui/popover.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import { unreadMax } from "#server/notifications/schema.ts";

const askEveryMs = 30_000;
const askAfterFailureMs = 120_000;
const shownMax = 6;

/** How many notifications are unread. Asks again by itself, seldom, and not while nobody looks at the page. */
export function useUnread(): number {
  const api = useApi();
  const { can } = useAccess();
  const counted = useQuery({
    ...api.notifications.unreadCount.queryOptions(),
    enabled: can("organization.read"),
    refetchInterval: ({ state }) => (state.status === "error" ? askAfterFailureMs : askEveryMs),
    refetchIntervalInBackground: false,
  });
  return counted.data?.unread ?? 0;
}

/** The bell with the number of unread ones; opens the latest. */
export function NotificationBell({ unread }: { unread: number }) {
  const [open, setOpen] = useState(false);
  const shown = unread > unreadMax ? `${unreadMax}+` : String(unread);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label="Notifications"
      align="start"
      className="w-[min(24rem,calc(100vw-1rem))] p-0"
      trigger={
        <IconButton
          label={unread > 0 ? `Notifications, ${shown} unread` : "Notifications"}
          plain
          className="relative"
        >
          <Bell aria-hidden />
          {unread > 0 && (
            <span
              aria-hidden
              className="tabular absolute -top-1 -right-1 grid h-4 min-w-4 place-items-center rounded-full bg-accent px-1 text-[0.625rem] leading-none font-semibold text-on-accent"
            >
              {shown}
            </span>
          )}
        </IconButton>
      }
    >
      <Latest unread={unread} onLeave={() => setOpen(false)} />
    </Popover>
  );
}

function Latest({ unread, onLeave }: { unread: number; onLeave: () => void }) {
  const api = useApi();
  const { slug } = useOrganization();
  const { markRead, markAllRead, markingAll } = useMarkRead();
  const latest = useQuery({
    ...api.notifications.list.queryOptions({ limit: shownMax }),
    // Opened to see what is new.
    staleTime: 0,
  });
  return (
    <>
      <header className="flex items-center justify-between gap-3 border-b border-line px-4 py-2">
        <h2 className="text-base font-semibold">Notifications</h2>
        {unread > 0 && (
          <Button size="sm" variant="ghost" loading={markingAll} onClick={markAllRead}>
            Mark all as read
          </Button>
        )}
      </header>
      {latest.data ? (
        latest.data.items.length === 0 ? (
          <AllCleared title="Nothing to tell you" text="What you must know appears here." />
        ) : (
          <ul className="divide-y divide-line">
            {latest.data.items.map((notification) => (
              <NotificationItem
                key={notification.id}
                notification={notification}
                className="px-4 py-3"
                onFollow={() => {
                  if (notification.readAt === null) markRead(notification.id);
                  onLeave();
                }}
              />
            ))}
          </ul>
        )
      ) : latest.isError ? (
        <LoadProblem error={latest.error} onRetry={latest.refetch} />
      ) : (
        <div className="flex flex-col gap-3 p-4">
          <LoadingNote>Loading notifications</LoadingNote>
          <Skeleton className="h-12" />
          <Skeleton className="h-12" />
        </div>
      )}
      <footer className="border-t border-line p-1">
        <Link
          href={`/${slug}/notifications`}
          onClick={onLeave}
          className="flex min-h-9 items-center justify-center rounded-md text-sm font-medium text-accent-text hover:bg-hover pointer-coarse:min-h-11"
        >
          See all notifications
        </Link>
      </footer>
    </>
  );
}
