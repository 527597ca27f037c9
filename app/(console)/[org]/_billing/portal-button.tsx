"use client";

import type { ComponentProps } from "react";
import { usePortal } from "#app/(console)/[org]/_billing/mutations.ts";
import { Button } from "#app/_ui/button.tsx";

type PortalButtonProps = Pick<ComponentProps<typeof Button>, "children" | "size" | "variant">;

/** Leads to Stripe's customer portal, where cards are kept. */
export function PortalButton(props: PortalButtonProps) {
  const { opening, open } = usePortal();
  return <Button {...props} loading={opening} onClick={open} />;
}
