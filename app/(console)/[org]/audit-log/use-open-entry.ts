"use client";

import { useOpenInAddress } from "#app/_ui/open-in-address.ts";

/** Which entry stands open beside the list. */
export function useOpenEntry() {
  return useOpenInAddress("entry");
}
