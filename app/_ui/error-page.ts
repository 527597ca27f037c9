/** What Next hands to an error page; what was thrown may be anything. */
export type ErrorPageProps = { error: unknown; retry: () => void };

/** The code by which the server's log knows this error; absent for errors of the browser. */
export function traceOf(error: unknown): string | undefined {
  const digest = typeof error === "object" && error !== null ? Reflect.get(error, "digest") : undefined;
  return typeof digest === "string" ? `Code ${digest}` : undefined;
}
