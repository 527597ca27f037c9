"use client";

import { useEffect } from "react";
import type { FieldPath, FieldValues, UseFormReturn } from "react-hook-form";

/** Puts the cursor into the first field where there is a keyboard; on a phone it would cover the page. */
export function useFirstFocus<Input extends FieldValues, Output>(
  form: UseFormReturn<Input, unknown, Output>,
  name: FieldPath<Input>,
): void {
  const { setFocus } = form;
  useEffect(() => {
    const alreadyAtWork = document.activeElement !== document.body;
    if (!alreadyAtWork && window.matchMedia("(pointer: fine)").matches) setFocus(name);
  }, [setFocus, name]);
}
