"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useQueryStates } from "nuqs";
import { openJob } from "#app/(operator)/operator/dead-letters/search-params.ts";

/** Which dead letter stands open beside the list; it is in the address. */
export function useOpenJob() {
  const [{ job }, setOpen] = useQueryStates(openJob, { history: "push" });
  const pathname = usePathname();
  const search = useSearchParams();
  return {
    jobId: job,
    open: (id: string) => void setOpen({ job: id }),
    close: () => void setOpen({ job: null }),
    /** The address of the letter over this very list. */
    hrefOf: (id: string) => {
      const query = new URLSearchParams(search);
      query.set("job", id);
      return `${pathname}?${query}`;
    },
  };
}
