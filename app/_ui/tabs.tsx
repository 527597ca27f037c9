"use client";

import type { ReactNode } from "react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { Tabs as Radix } from "radix-ui";
import { cn } from "#app/_ui/class-names.ts";

const tabStyle =
  "-mb-px inline-flex h-9 items-center gap-2 border-b-2 border-transparent px-0.5 text-base whitespace-nowrap text-ink-muted transition-colors duration-100 hover:text-ink pointer-coarse:h-11";
const tabOnStyle = "border-accent font-medium text-ink";

type TabsProps = {
  value: string;
  onValueChange: (value: string) => void;
  /** What the tabs switch between, for a screen reader. */
  label: string;
  tabs: readonly { value: string; label: ReactNode; content: ReactNode }[];
};

/** Views of the same thing in one place. Where each view has an address of its own, take LinkTabs. */
export function Tabs({ value, onValueChange, label, tabs }: TabsProps) {
  return (
    <Radix.Root value={value} onValueChange={onValueChange}>
      <Radix.List aria-label={label} className="flex gap-5 overflow-x-auto border-b border-line">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className={cn(
              tabStyle,
              "data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink",
            )}
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} value={tab.value} className="pt-5 outline-offset-4">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}

type LinkTabsProps = { label: string; tabs: readonly { href: string; label: ReactNode }[] };

/** The same look for views that are pages; the current one is told from the address. */
export function LinkTabs({ label, tabs }: LinkTabsProps) {
  const pathname = usePathname();
  return (
    <nav aria-label={label} className="flex gap-5 overflow-x-auto border-b border-line">
      {tabs.map((tab) => {
        const current = pathname === tab.href;
        return (
          <Link
            key={tab.href}
            href={tab.href}
            aria-current={current ? "page" : undefined}
            className={cn(tabStyle, current && tabOnStyle)}
          >
            {tab.label}
          </Link>
        );
      })}
    </nav>
  );
}
