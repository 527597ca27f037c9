"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "#app/_ui/class-names.ts";

type TabNavProps = {
  /** Names the places: "Parts of the audit log". */
  label: string;
  tabs: readonly { href: string; label: string }[];
};

/** Places beside each other under one heading; each is a page with an address of its own. */
export function TabNav({ label, tabs }: TabNavProps) {
  const pathname = usePathname();
  return (
    <nav aria-label={label} className="mb-5 border-b border-line">
      <ul className="-mb-px flex gap-5 overflow-x-auto">
        {tabs.map((tab) => {
          const here = pathname === tab.href;
          return (
            <li key={tab.href}>
              <Link
                href={tab.href}
                aria-current={here ? "page" : undefined}
                className={cn(
                  "flex h-9 items-center border-b-2 text-sm whitespace-nowrap transition-colors duration-100 focus-visible:-outline-offset-2 pointer-coarse:h-11",
                  here
                    ? "border-accent font-medium text-ink"
                    : "border-transparent text-ink-muted hover:border-line-strong hover:text-ink",
                )}
              >
                {tab.label}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
