const units = ["bytes", "kB", "MB", "GB", "TB"] as const;
const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** "340 kB": a size for people, in powers of a thousand. */
export function bytesInWords(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${number.format(bytes / 1_000 ** power)} ${units[power] ?? "bytes"}`;
}
