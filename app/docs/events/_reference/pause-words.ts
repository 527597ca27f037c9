const units: [seconds: number, name: string][] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/** "5 minutes", "1 hour": a pause in its largest whole unit. */
export function pauseWords(seconds: number): string {
  const [length, name] = units.find(([unit]) => seconds % unit === 0) ?? [1, "second"];
  const count = seconds / length;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
