"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useQueryStates } from "nuqs";
import { openEvent } from "#app/(operator)/operator/billing/events/search-params.ts";

/** Which event stands open beside the list; it is in the address. */
export function useOpenEvent() {
  const [{ event }, setOpen] = useQueryStates(openEvent, { history: "push" });
  const pathname = usePathname();
  const search = useSearchParams();
  return {
    eventId: event,
    open: (id: string) => void setOpen({ event: id }),
    close: () => void setOpen({ event: null }),
    /** The address of the event over this very list. */
    hrefOf: (id: string) => {
      const query = new URLSearchParams(search);
      query.set("event", id);
      return `${pathname}?${query}`;
    },
  };
}
