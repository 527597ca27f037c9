"use client";

import { useOpenInAddress } from "#app/_ui/open-in-address.ts";

/** Which event stands open beside the list. */
export function useOpenEvent() {
  return useOpenInAddress("event");
}
