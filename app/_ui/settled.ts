"use client";

import { useEffect, useState } from "react";

/** The value once it has not changed for `delayMs`; for what would otherwise ask the server at each key. */
export function useSettled<Value>(value: Value, delayMs: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}
