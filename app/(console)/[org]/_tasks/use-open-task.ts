"use client";

import { useOpenInAddress } from "#app/_ui/open-in-address.ts";

/** Which task stands open beside the list. */
export function useOpenTask() {
  return useOpenInAddress("task");
}
