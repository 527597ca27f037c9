"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useQueryStates } from "nuqs";
import { openTask } from "#app/(console)/[org]/_tasks/search-params.ts";

/** Which task stands open beside the list. It is in the address, so that a task can be shared and bookmarked. */
export function useOpenTask() {
  const [{ task }, setOpen] = useQueryStates(openTask, { history: "push" });
  const pathname = usePathname();
  const search = useSearchParams();
  return {
    taskId: task,
    open: (id: string) => void setOpen({ task: id }),
    close: () => void setOpen({ task: null }),
    /** The address of the task over this very list. */
    hrefOf: (id: string) => {
      const query = new URLSearchParams(search);
      query.set("task", id);
      return `${pathname}?${query}`;
    },
  };
}
