"use client";

import { useSyncExternalStore } from "react";
import { Monitor, Moon, Sun } from "lucide-react";
import { RadioGroup } from "radix-ui";
import { cn } from "#app/_ui/class-names.ts";
import { readTheme, themeCookie, type Theme } from "#app/_ui/theme.ts";

/** The three choices, in the order in which they are offered. */
export const themes = [
  { value: "system", label: "System", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
] as const;

const yearSeconds = 365 * 24 * 3600;

/** The document itself is the store: its attribute decides the colours, and the cookie repeats it. */
function subscribe(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}

function currentTheme(): Theme {
  return readTheme(document.documentElement.dataset["theme"]);
}

/** Changes the colours at once and remembers the choice in this browser. */
export function chooseTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
  const age = theme === "system" ? 0 : yearSeconds;
  document.cookie = `${themeCookie}=${theme}; path=/; max-age=${age}; samesite=lax`;
}

/** The theme in force by choice; "system" on the server and while hydrating. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, currentTheme, () => "system" as const);
}

/** Light, dark, or what the system says. */
export function ThemeSwitch() {
  const theme = useTheme();
  return (
    <RadioGroup.Root
      aria-label="Theme"
      orientation="horizontal"
      value={theme}
      onValueChange={(value) => chooseTheme(readTheme(value))}
      className="inline-flex gap-0.5 rounded-lg bg-pressed p-0.5"
    >
      {themes.map(({ value, label, icon: Icon }) => (
        <RadioGroup.Item
          key={value}
          value={value}
          className={cn(
            "inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-sm text-ink-muted transition-colors duration-100 hover:text-ink pointer-coarse:h-9",
            "data-[state=checked]:bg-raised data-[state=checked]:font-medium data-[state=checked]:text-ink data-[state=checked]:shadow-xs",
          )}
        >
          <Icon aria-hidden className="size-4" />
          {label}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
