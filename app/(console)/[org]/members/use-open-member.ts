"use client";

import { useOpenInAddress } from "#app/_ui/open-in-address.ts";

/** Whose permissions stand open beside the list. */
export function useOpenMember() {
  return useOpenInAddress("member");
}
