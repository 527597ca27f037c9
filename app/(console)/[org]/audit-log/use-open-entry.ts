"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useQueryStates } from "nuqs";
import { auditPanels } from "#app/(console)/[org]/audit-log/search-params.ts";

/** Which entry stands open beside the list. It is in the address, so that an entry can be shown to others. */
export function useOpenEntry() {
  const [{ entry }, setOpen] = useQueryStates({ entry: auditPanels.entry }, { history: "push" });
  const pathname = usePathname();
  const search = useSearchParams();
  return {
    entryId: entry,
    open: (id: string) => void setOpen({ entry: id }),
    close: () => void setOpen({ entry: null }),
    /** The address of the entry over this very list. */
    hrefOf: (id: string) => {
      const query = new URLSearchParams(search);
      query.set("entry", id);
      return `${pathname}?${query}`;
    },
  };
}
