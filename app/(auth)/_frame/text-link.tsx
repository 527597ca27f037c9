import type { ComponentProps } from "react";
import Link from "next/link";
import { cn } from "#app/_ui/class-names.ts";

/** A link inside a sentence. */
export function TextLink({ className, ...rest }: ComponentProps<typeof Link>) {
  return (
    <Link
      {...rest}
      className={cn("rounded-sm font-medium text-accent-text underline-offset-4 hover:underline", className)}
    />
  );
}
