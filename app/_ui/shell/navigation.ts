import type { LucideIcon } from "lucide-react";

/** A place that the sidebar and the command palette lead to. */
export type Place = {
  href: string;
  label: string;
  icon: LucideIcon;
  /** True where only this very address counts as being there, not the ones below it. */
  exact?: boolean;
  /** Other words by which the palette finds it. */
  keywords?: string[];
};

/** Places under one heading. */
export type PlaceGroup = { label: string | null; places: readonly Place[] };

/** Whether the address stands at this place. */
export function isAt(place: Place, pathname: string): boolean {
  return pathname === place.href || (!place.exact && pathname.startsWith(`${place.href}/`));
}
