"use client";

import { useOpenInAddress } from "#app/_ui/open-in-address.ts";

/** Which dead letter stands open beside the list. */
export function useOpenJob() {
  return useOpenInAddress("job");
}
