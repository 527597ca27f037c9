"use client";

import { useState, type ReactNode } from "react";
import { Menu, Search } from "lucide-react";
import { usePathname } from "next/navigation";
import { cn } from "#app/_ui/class-names.ts";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Kbd, useAlive, useCommandKey } from "#app/_ui/kbd.tsx";
import { MobileDrawer } from "#app/_ui/shell/mobile-drawer.tsx";
import { useFocusGuard } from "#app/_ui/shell/focus-guard.ts";
import type { PlaceGroup } from "#app/_ui/shell/navigation.ts";
import { SidebarNav } from "#app/_ui/shell/sidebar-nav.tsx";
import { SkipLink } from "#app/_ui/shell/skip-link.tsx";
import { TopProgress } from "#app/_ui/shell/top-progress.tsx";

type AppShellProps = {
  /** What the navigation is of, for a screen reader: "Acme". */
  label: string;
  /** Stands on top of the sidebar: the organization switcher. */
  switcher: ReactNode;
  /** Short form of it for a phone's top bar. */
  heading: ReactNode;
  groups: readonly PlaceGroup[];
  /** Stands at the foot of the sidebar: the user menu. */
  account: ReactNode;
  /** Standing notices over the page. */
  notices?: ReactNode;
  /** Opens the command palette. Without it there is no search button. */
  onSearch?: () => void;
  /** Stands beside the search button: the bell. */
  bell?: ReactNode;
  /** A sticky strip, 2rem high, over everything that says what kind of place this is. */
  frame?: ReactNode;
  children: ReactNode;
};

/** The frame of every signed-in page: sidebar on a desktop, top bar and drawer on a phone. */
export function AppShell(props: AppShellProps) {
  const { label, switcher, heading, groups, account, notices, onSearch, bell, frame, children } = props;
  useFocusGuard();
  const [drawerOpen, setDrawerOpen] = useState(false);
  const pathname = usePathname();
  const [drawerPath, setDrawerPath] = useState(pathname);
  // Following a link in the drawer closes it.
  if (drawerPath !== pathname) {
    setDrawerPath(pathname);
    setDrawerOpen(false);
  }
  const sidebar = (ownBell: ReactNode) => (
    <div className="flex h-full flex-col gap-3 p-3">
      {switcher}
      {(onSearch || ownBell) && (
        <div className="flex items-center gap-1.5">
          {onSearch && <SearchButton onSearch={onSearch} />}
          {ownBell}
        </div>
      )}
      <div className="-mx-3 flex-1 overflow-y-auto px-3 pt-1">
        <SidebarNav groups={groups} label={label} />
      </div>
      {account}
    </div>
  );
  return (
    <>
      <SkipLink />
      <TopProgress />
      {frame}
      <div className="md:grid md:grid-cols-[15.5rem_minmax(0,1fr)]">
        <aside
          aria-label="Sidebar"
          className={cn("sticky hidden md:block", frame ? "top-8 h-[calc(100dvh-2rem)]" : "top-0 h-dvh")}
        >
          {sidebar(bell)}
        </aside>
        <div className="flex min-h-dvh min-w-0 flex-col bg-surface md:border-l md:border-line">
          <header
            className={cn(
              "sticky z-30 flex h-13 items-center gap-2 border-b border-line bg-surface px-3 md:hidden",
              frame ? "top-8" : "top-0",
            )}
          >
            <IconButton label="Open navigation" plain onClick={() => setDrawerOpen(true)}>
              <Menu aria-hidden />
            </IconButton>
            <div className="min-w-0 flex-1">{heading}</div>
            {onSearch && (
              <IconButton label="Search" plain onClick={onSearch}>
                <Search aria-hidden />
              </IconButton>
            )}
            {bell}
          </header>
          <main id="content" tabIndex={-1} className="flex-1 outline-none">
            <div className="mx-auto w-full max-w-6xl px-4 py-5 sm:px-6 md:px-8 md:py-8">
              {notices}
              {children}
            </div>
          </main>
        </div>
      </div>
      <MobileDrawer open={drawerOpen} onOpenChange={setDrawerOpen} label={label}>
        {/* On a phone the bell stands in the top bar. */}
        {sidebar(null)}
      </MobileDrawer>
    </>
  );
}

function SearchButton({ onSearch }: { onSearch: () => void }) {
  const commandKey = useCommandKey();
  const alive = useAlive();
  return (
    <button
      type="button"
      {...(alive ? { "aria-keyshortcuts": "Meta+K Control+K" } : {})}
      onClick={onSearch}
      className="flex h-8 flex-1 items-center gap-2.5 rounded-md border border-line bg-surface px-2 text-base text-ink-subtle shadow-xs hover:border-line-strong hover:text-ink pointer-coarse:h-11"
    >
      <Search aria-hidden className="size-4" />
      Search
      <span aria-hidden className="ml-auto flex gap-0.5 pointer-coarse:hidden">
        <Kbd>{commandKey}</Kbd>
        <Kbd>K</Kbd>
      </span>
    </button>
  );
}
