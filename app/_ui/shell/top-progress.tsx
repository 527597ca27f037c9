"use client";

import { Suspense, useEffect, useState } from "react";
import { usePathname, useSearchParams } from "next/navigation";

const longestMs = 15_000;
const navigationEvent = "astra:navigation";

/** Tells the progress bar of a navigation that no click on a link began. */
export function announceNavigation(href: string): void {
  window.dispatchEvent(new CustomEvent(navigationEvent, { detail: href }));
}

/** A thin bar on top while the next page is on its way; it waits a moment, so that quick pages never show it. */
export function TopProgress() {
  return (
    <Suspense>
      <Bar />
    </Suspense>
  );
}

function Bar() {
  const address = `${usePathname()}?${useSearchParams().toString()}`;
  // The address that we were at when the navigation began; over as soon as the address is another one.
  const [leaving, setLeaving] = useState<string | null>(null);

  useEffect(() => {
    const begin = (href: string) => {
      const next = new URL(href, window.location.href);
      if (next.origin !== window.location.origin) return;
      if (`${next.pathname}?${next.searchParams.toString()}` !== address) setLeaving(address);
    };
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
      if (!(link instanceof HTMLAnchorElement) || modified || link.target === "_blank") return;
      if (!("staysHere" in link.dataset)) begin(link.href);
    };
    const onAnnounced = (event: Event) => {
      if (event instanceof CustomEvent) begin(String(event.detail));
    };
    document.addEventListener("click", onClick);
    window.addEventListener(navigationEvent, onAnnounced);
    return () => {
      document.removeEventListener("click", onClick);
      window.removeEventListener(navigationEvent, onAnnounced);
    };
  }, [address]);

  useEffect(() => {
    const timer = leaving === null ? undefined : setTimeout(() => setLeaving(null), longestMs);
    return () => clearTimeout(timer);
  }, [leaving]);

  if (leaving !== address) return null;
  return (
    <div aria-hidden className="pointer-events-none fixed inset-x-0 top-0 z-80 h-0.5">
      <div className="size-full origin-left animate-progress bg-accent" />
    </div>
  );
}
