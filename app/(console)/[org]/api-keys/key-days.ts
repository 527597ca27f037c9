const dayMs = 86_400_000;

const named: Record<number, string> = { 180: "6 months", 365: "1 year" };

/** A life in days, in words; null for one without end. */
export function daysInWords(days: number | null): string {
  if (days === null) return "No end";
  return named[days] ?? `${days} day${days === 1 ? "" : "s"}`;
}

/** The day on which a key that is made now ends, in words. */
export function endInWords(days: number | null, nowMs: number): string | null {
  if (days === null) return null;
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(new Date(nowMs + days * dayMs));
}
