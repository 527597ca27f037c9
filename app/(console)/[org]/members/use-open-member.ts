"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useQueryStates } from "nuqs";
import { openMember } from "#app/(console)/[org]/members/search-params.ts";

/** Whose permissions stand open beside the list. It is in the address, so that it can be shown to others. */
export function useOpenMember() {
  const [{ member }, setOpen] = useQueryStates(openMember, { history: "push" });
  const pathname = usePathname();
  const search = useSearchParams();
  return {
    memberId: member,
    open: (id: string) => void setOpen({ member: id }),
    close: () => void setOpen({ member: null }),
    /** The address of the member over this very list. */
    hrefOf: (id: string) => {
      const query = new URLSearchParams(search);
      query.set("member", id);
      return `${pathname}?${query}`;
    },
  };
}
