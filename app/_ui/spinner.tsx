import { cn } from "#app/_ui/class-names.ts";

/** A small turning ring in the text's colour; say beside it (or in a label) what is under way. */
export function Spinner({ className }: { className?: string }) {
  return (
    <span
      aria-hidden
      className={cn(
        "inline-block size-4 shrink-0 animate-spin rounded-full border-2 border-current border-r-transparent",
        className,
      )}
    />
  );
}
