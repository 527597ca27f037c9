import { cn } from "#app/_ui/class-names.ts";

/** The floating panel that menus, selects, comboboxes and popovers share. */
export const menuPanelStyle = cn(
  "z-60 min-w-40 overflow-hidden rounded-lg border border-line bg-raised p-1 text-base text-ink shadow-md outline-none",
  "data-[state=open]:animate-pop-in data-[state=closed]:animate-fade-out",
);

/**
 * One row of such a panel. Radix marks the current one by data-highlighted, cmdk by data-selected; a disabled one has
 * an empty data-disabled with the first and "true" with the second.
 */
export const menuItemStyle = cn(
  "relative flex min-h-8 w-full select-none items-center gap-2 rounded-md px-2 py-1 text-left text-base outline-none pointer-coarse:min-h-11",
  "data-[highlighted]:bg-hover data-[selected=true]:bg-hover",
  "[&[data-disabled='']]:text-ink-subtle data-[disabled=true]:text-ink-subtle",
  "[&_svg]:size-4 [&_svg]:shrink-0",
);

/** The small heading over a group of rows. */
export const menuLabelStyle = "px-2 pt-2 pb-1 text-xs font-medium text-ink-subtle";

/** A hairline between groups. */
export const menuSeparatorStyle = "-mx-1 my-1 h-px bg-line";
