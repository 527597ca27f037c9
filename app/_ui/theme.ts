/** What the person chose; "system" is the absence of a choice. */
export type Theme = "system" | "light" | "dark";

/** Written by the theme switch, read by the root layout, so that the first paint is already right. */
export const themeCookie = "astra-theme";

/** Anything that is not a theme counts as no choice. */
export function readTheme(value: string | undefined): Theme {
  return value === "light" || value === "dark" ? value : "system";
}
