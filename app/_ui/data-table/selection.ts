"use client";

import { createContext, useContext, useState } from "react";

/** Which rows of the page are chosen, and how to choose. Cells read it, since columns are made once. */
export type Selection = {
  chosen: ReadonlySet<string>;
  toggle: (id: string, on: boolean) => void;
};

const none: Selection = { chosen: new Set(), toggle: () => {} };

export const SelectionContext = createContext<Selection>(none);

export function useSelection(): Selection {
  return useContext(SelectionContext);
}

/** Chosen rows of what is shown; another page or filter begins with none. */
export function useRowSelection(shown: readonly { id: string }[] | undefined) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  // What is no longer shown must not be acted upon unseen.
  const present = new Set(shown?.map(({ id }) => id).filter((id) => chosen.has(id)));
  return {
    chosen: present,
    toggle: (id: string, on: boolean) => {
      const next = new Set(present);
      if (on) next.add(id);
      else next.delete(id);
      setChosen(next);
    },
    chooseAll: (on: boolean) => setChosen(new Set(on ? shown?.map(({ id }) => id) : [])),
  };
}
