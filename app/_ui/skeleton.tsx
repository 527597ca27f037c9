import { cn } from "#app/_ui/class-names.ts";

/** A grey bar in the place of something on its way. It stays unseen for the first 200 ms. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span aria-hidden className={cn("block animate-late", className)}>
      <span className="block size-full animate-pulse rounded-md bg-pressed" />
    </span>
  );
}

/** Says once that the page is on its way, for people who do not see the bars. */
export function LoadingNote({ children = "Loading" }: { children?: string }) {
  return <output className="sr-only">{children}</output>;
}
