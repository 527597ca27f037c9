"use client";

import { useOpenInAddress } from "#app/_ui/open-in-address.ts";

/** Which delivery stands open. */
export function useOpenDelivery() {
  return useOpenInAddress("delivery");
}
