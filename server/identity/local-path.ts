const base = "http://local.invalid";

/**
 * The path to go on to, when it stays on this site; null for anything that could lead elsewhere: a full
 * address, `//host`, a backslash (browsers take it for a slash), control characters.
 */
export function localPath(given: unknown): string | null {
  if (typeof given !== "string" || given.length > 1_000) return null;
  if (!given.startsWith("/") || /^\/[/\\]|[\p{Cc}\\]/u.test(given)) return null;
  const url = URL.parse(given, base);
  if (url?.origin !== base || url.pathname.startsWith("//")) return null;
  return url.pathname + url.search + url.hash;
}
