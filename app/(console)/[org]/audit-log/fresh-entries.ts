"use client";

import { createContext, useContext } from "react";

const Fresh = createContext<ReadonlySet<string>>(new Set());

/** Says to the rows inside which entries have just come in. */
export const FreshEntries = Fresh.Provider;

/** Ids of the entries that have just come in. */
export function useFreshEntries(): ReadonlySet<string> {
  return useContext(Fresh);
}
