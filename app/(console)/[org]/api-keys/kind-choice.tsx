"use client";

import { useId } from "react";
import { RadioGroup } from "radix-ui";
import { cn } from "#app/_ui/class-names.ts";

const kinds = [
  { value: "personal", label: "Your own", words: "Can never do more than you, and ends with your access." },
  { value: "machine", label: "The organization's", words: "Works on when you leave. For servers and jobs." },
] as const;

type Kind = (typeof kinds)[number]["value"];

type KindChoiceProps = { value: Kind; onChange: (kind: Kind) => void; machineRefused: string | null };

/** Whose key it is. */
export function KindChoice({ value, onChange, machineRefused }: KindChoiceProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <p id={id} className="text-sm font-medium text-ink">
        Whose key
      </p>
      <RadioGroup.Root
        aria-labelledby={id}
        value={value}
        // One of the two values below comes back.
        onValueChange={(next) => onChange(next as Kind)}
        className="grid gap-2 sm:grid-cols-2"
      >
        {kinds.map((kind) => {
          const refused = kind.value === "machine" ? machineRefused : null;
          return (
            <RadioGroup.Item
              key={kind.value}
              value={kind.value}
              aria-label={kind.label}
              aria-describedby={`${id}-${kind.value}`}
              disabled={refused !== null}
              className={cn(
                "rounded-lg border border-line-control px-3.5 py-2.5 text-left hover:bg-hover disabled:cursor-not-allowed disabled:border-line disabled:hover:bg-transparent",
                "data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft",
              )}
            >
              <span className={cn("block font-medium", refused ? "text-ink-subtle" : "text-ink")}>
                {kind.label}
              </span>
              <span id={`${id}-${kind.value}`} className="block text-sm text-ink-subtle">
                {refused ?? kind.words}
              </span>
            </RadioGroup.Item>
          );
        })}
      </RadioGroup.Root>
    </div>
  );
}
