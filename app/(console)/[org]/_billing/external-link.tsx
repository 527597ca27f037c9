import type { ReactNode } from "react";
import { ExternalLink as Icon } from "lucide-react";
import { buttonStyle } from "#app/_ui/button.tsx";
import { cn } from "#app/_ui/class-names.ts";

type ExternalLinkProps = {
  href: string;
  /** What a screen reader says, where the words alone do not say which one. */
  label?: string;
  variant?: "primary" | "secondary" | "link";
  children: ReactNode;
};

/** A link to a page of Stripe's, which opens beside this one. */
export function ExternalLink({ href, label, variant = "secondary", children }: ExternalLinkProps) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={label}
      className={cn(buttonStyle({ variant }))}
    >
      {children}
      <Icon aria-hidden className="size-3.5!" />
    </a>
  );
}
