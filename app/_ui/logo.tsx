import { cn } from "#app/_ui/class-names.ts";

/** The mark: a four-pointed star over its orbit. */
function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden className={cn("size-6 shrink-0", className)}>
      <rect width="24" height="24" rx="6.5" className="fill-accent" />
      <path
        d="M12 4.2c.5 4.6 2.7 7 7.3 7.6-4.6.6-6.8 3-7.3 7.9-.5-4.9-2.7-7.3-7.3-7.9 4.6-.6 6.8-3 7.3-7.6Z"
        className="fill-on-accent"
      />
    </svg>
  );
}

/** Mark and name. */
export function Logo({ className }: { className?: string }) {
  return (
    <span
      className={cn(
        "inline-flex items-center gap-2 text-lg font-semibold tracking-tight text-ink",
        className,
      )}
    >
      <LogoMark />
      Astra
    </span>
  );
}
