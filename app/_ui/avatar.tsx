import { cn } from "#app/_ui/class-names.ts";

const tints = [
  "bg-accent-soft text-accent-text",
  "bg-success-soft text-success-text",
  "bg-warning-soft text-warning-text",
  "bg-danger-soft text-danger-text",
  "bg-info-soft text-info-text",
  "bg-violet-soft text-violet-text",
] as const;

const sizes = {
  xs: "size-5 text-[0.625rem]",
  sm: "size-6 text-[0.6875rem]",
  md: "size-8 text-xs",
  lg: "size-12 text-lg",
} as const;

type AvatarProps = {
  name: string;
  size?: keyof typeof sizes;
  /** People are round, organizations are square. */
  shape?: "person" | "organization";
  className?: string;
};

/** Initials on a tint that stays the same for the same name; decoration, the name stands beside it. */
export function Avatar({ name, size = "sm", shape = "person", className }: AvatarProps) {
  return (
    <span
      aria-hidden
      data-initials={initialsOf(name, shape === "person" ? 2 : 1)}
      className={cn(
        // As generated content the letters belong to no name that is read aloud and to no text that is copied.
        "inline-grid shrink-0 place-items-center font-semibold tracking-tight select-none before:content-[attr(data-initials)]",
        shape === "person" ? "rounded-full" : "rounded-md",
        sizes[size],
        tints[tintOf(name)],
        className,
      )}
    />
  );
}

function tintOf(name: string): number {
  let hash = 7;
  for (const char of name) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return hash % tints.length;
}

function initialsOf(name: string, count: 1 | 2): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0] ?? "?";
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  const letters = [first, last].slice(0, count).map((word) => firstLetter(word ?? ""));
  return letters.join("").toLocaleUpperCase("en");
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What a reader sees as the first letter, even where it is written with several code points. */
function firstLetter(word: string): string {
  const [first] = graphemes.segment(word);
  return first?.segment ?? "";
}
