import { cn } from "#app/_ui/class-names.ts";

type ProgressProps = {
  /** What is under way, for a screen reader. */
  label: string;
  done: number;
  /** Null while nobody knows it. */
  total: number | null;
  className?: string;
};

/** How far a piece of work is. Say the figures beside it: the bar is for the eye. */
export function Progress({ label, done, total, className }: ProgressProps) {
  return (
    <progress
      aria-label={label}
      max={total ?? 1}
      {...(total === null ? {} : { value: Math.min(done, total) })}
      className={cn(
        "block h-1.5 w-full appearance-none overflow-hidden rounded-full bg-pressed",
        "[&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-pressed [&::-webkit-progress-value]:rounded-full [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[inline-size] [&::-webkit-progress-value]:duration-300",
        total === null && "animate-pulse [&::-webkit-progress-bar]:bg-accent-soft",
        className,
      )}
    />
  );
}
