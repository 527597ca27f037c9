"use client";

import { useCallback } from "react";
import { useRouter } from "next/navigation";
import { announceNavigation } from "#app/_ui/shell/top-progress.tsx";

/** Goes to a place from code, with the same progress bar that a link has. */
export function useGo(): (href: string) => void {
  const router = useRouter();
  return useCallback(
    (href: string) => {
      announceNavigation(href);
      router.push(href);
    },
    [router],
  );
}
