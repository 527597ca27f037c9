"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { parseAsString, useQueryState } from "nuqs";

const id = parseAsString.withOptions({ history: "push" });

/**
 * What stands open beside a list, by the parameter of the address that holds its id. In the address it can be shown
 * to others, and the browser's way back closes it.
 */
export function useOpenInAddress(parameter: string) {
  const [openId, setOpen] = useQueryState(parameter, id);
  const pathname = usePathname();
  const search = useSearchParams();
  return {
    openId,
    open: (opened: string) => void setOpen(opened),
    close: () => void setOpen(null),
    /** The address of another one over this very list. */
    hrefOf: (other: string) => {
      const query = new URLSearchParams(search);
      query.set(parameter, other);
      return `${pathname}?${query}`;
    },
  };
}
