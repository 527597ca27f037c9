"use client";

import { useState } from "react";
import { Check, Copy } from "lucide-react";
import { IconButton } from "#app/_ui/icon-button.tsx";

const shownMs = 1_600;

/** Copies a text and says so for a moment, to the eye and to a screen reader. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");

  async function copy(): Promise<void> {
    const result = await navigator.clipboard.writeText(text).then(
      () => "copied" as const,
      () => "refused" as const,
    );
    setState(result);
    setTimeout(() => setState("idle"), shownMs);
  }

  return (
    <>
      <IconButton label={state === "copied" ? "Copied" : label} size="sm" onClick={() => void copy()}>
        {state === "copied" ? <Check aria-hidden className="text-success-text" /> : <Copy aria-hidden />}
      </IconButton>
      <output className="sr-only">
        {state === "copied" && "Copied"}
        {state === "refused" && "Copying was refused by the browser"}
      </output>
    </>
  );
}
