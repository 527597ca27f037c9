"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useQueryStates } from "nuqs";
import { openDelivery } from "#app/(console)/[org]/webhooks/search-params.ts";

/** Which delivery stands open. It is in the address, so that it can be shown to others. */
export function useOpenDelivery() {
  const [{ delivery }, setOpen] = useQueryStates(openDelivery, { history: "push" });
  const pathname = usePathname();
  const search = useSearchParams();
  return {
    deliveryId: delivery,
    open: (id: string) => void setOpen({ delivery: id }),
    close: () => void setOpen({ delivery: null }),
    /** The address of the delivery over this very page. */
    hrefOf: (id: string) => {
      const query = new URLSearchParams(search);
      query.set("delivery", id);
      return `${pathname}?${query}`;
    },
  };
}
