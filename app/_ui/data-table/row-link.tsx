"use client";

import type { ComponentProps, KeyboardEvent, MouseEvent } from "react";
import Link from "next/link";
import { cn } from "#app/_ui/class-names.ts";

type RowLinkProps = Omit<ComponentProps<typeof Link>, "onClick"> & {
  /** Opens the row inside the page; a click with a modifier key still follows the address. */
  onOpen?: () => void;
};

/**
 * The main link of a row. It stretches over the whole row, so that all of it can be clicked; other controls
 * of the row stand above it by `rowControl`.
 */
export function RowLink({ onOpen, className, ...rest }: RowLinkProps) {
  function open(event: MouseEvent<HTMLAnchorElement>): void {
    if (!onOpen || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onOpen();
  }
  return (
    <Link
      // A list of 25 would ask the server 25 times for what is hardly ever opened.
      prefetch={false}
      {...rest}
      data-row-link
      {...(onOpen ? { "data-stays-here": "" } : {})}
      onClick={open}
      onKeyDown={moveBetweenRows}
      className={cn(
        "clip-line block text-base font-medium text-ink outline-none after:absolute after:inset-0 after:content-[''] focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus",
        className,
      )}
    />
  );
}

/** For controls beside the main link of a row: lifts them above its stretched target. */
export const rowControl = "relative z-10";

/** Arrow keys, Home and End move between the main links of a table's rows. */
function moveBetweenRows(event: KeyboardEvent<HTMLAnchorElement>): void {
  const table = event.currentTarget.closest("table");
  const links = [...(table?.querySelectorAll<HTMLElement>("[data-row-link]") ?? [])];
  const at = links.indexOf(event.currentTarget);
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: links.length - 1,
  };
  const link = links[steps[event.key] ?? -1];
  if (!link) return;
  event.preventDefault();
  link.focus();
}
