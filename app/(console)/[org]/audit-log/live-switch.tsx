"use client";

import { useId } from "react";
import { cn } from "#app/_ui/class-names.ts";
import { Switch } from "#app/_ui/switch.tsx";

type LiveSwitchProps = { live: boolean; onLiveChange: (live: boolean) => void };

/** Lets new entries appear by themselves. */
export function LiveSwitch({ live, onLiveChange }: LiveSwitchProps) {
  const id = useId();
  return (
    <span className="ml-auto inline-flex h-8 items-center gap-2 text-sm text-ink-muted pointer-coarse:h-10">
      {live && <span aria-hidden className="size-2 animate-pulse rounded-full bg-success" />}
      <label htmlFor={id} className={cn("cursor-pointer", live && "font-medium text-ink")}>
        Live
      </label>
      <Switch id={id} checked={live} onCheckedChange={onLiveChange} />
    </span>
  );
}
