"use client";

import { useEffect, useRef, useState } from "react";
import { Search, X } from "lucide-react";
import { cn } from "#app/_ui/class-names.ts";
import { controlStyle } from "#app/_ui/input.tsx";

const settleMs = 250;

type SearchInputProps = {
  /** The search in force; it may change from outside, for example by "clear filters". */
  value: string;
  /** Called once typing has paused, and at once on Enter. */
  onSearch: (text: string) => void;
  /** Names the field, and shows as its placeholder: "Search tasks". */
  label: string;
};

/** A search field that waits for a pause in typing before it asks the server. */
export function SearchInput({ value, onSearch, label }: SearchInputProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (known !== value) {
    setKnown(value);
    setTyped(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);

  function search(text: string, delayMs: number): void {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setKnown(text.trim());
      onSearch(text.trim());
    }, delayMs);
  }

  return (
    <div className="relative w-full sm:w-64">
      <Search
        aria-hidden
        className="pointer-events-none absolute inset-y-0 left-2.5 my-auto size-4 text-ink-subtle"
      />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        maxLength={200}
        onChange={(event) => search(event.target.value, settleMs)}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            // A form around it must not be sent by a search.
            event.preventDefault();
            search(typed, 0);
          }
          if (event.key === "Escape" && typed) {
            event.preventDefault();
            search("", 0);
          }
        }}
        className={cn(
          controlStyle,
          "h-8 pr-8 pl-8.5 text-sm [&::-webkit-search-cancel-button]:hidden pointer-coarse:h-10",
        )}
      />
      {typed && (
        <button
          type="button"
          aria-label="Clear search"
          onClick={() => {
            search("", 0);
            // The button goes away with what it clears.
            input.current?.focus();
          }}
          className="absolute inset-y-0 right-1 my-auto grid size-6 place-items-center rounded-sm text-ink-subtle hover:bg-hover hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </div>
  );
}
