"use client";

import { createContext, useContext, type ReactNode } from "react";

/** What helps after a refusal: a place to go to, or words where only others can go there. */
export type WayOut = { action?: ReactNode; words?: string };

const Ways = createContext<(reason: string) => WayOut | null>(() => null);

/** Says for everything inside which refusals have a way out, by their reasons. */
export const WaysOut = Ways.Provider;

/** The way out of a refusal; nothing for one that has none. */
export function useWayOut(reason: string | null | undefined): WayOut {
  const find = useContext(Ways);
  return (reason && find(reason)) || {};
}
