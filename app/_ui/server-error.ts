/** What the API says about a failed call, in the words of its error map. */
export type ServerError = {
  /** Made for the screen. */
  message: string;
  /** Machine word, such as `slug_taken`; null when the call never reached the API. */
  reason: string | null;
  code: string | null;
  /** Message per input path, such as `{ name: 'Too long' }`. */
  fields: Record<string, string>;
  /** What the refusal is about, by name: the permissions that are missing, for one. */
  names: readonly string[];
  /** Quoted to support; finds the log lines of this request. */
  requestId: string | null;
};

const unreachable = "Astra could not be reached. Check your connection and try again.";

/** Reads whatever a call threw; anything that is not an answer of our API becomes "could not be reached". */
export function readServerError(thrown: unknown): ServerError {
  const data = objectAt(thrown, "data");
  if (!data)
    return { message: unreachable, reason: null, code: null, fields: {}, names: [], requestId: null };
  const message = textAt(data, "message") ?? textAt(thrown, "message") ?? "Something went wrong.";
  const field = textAt(data, "field");
  const fields = stringEntries(objectAt(data, "fields"));
  return {
    message,
    reason: textAt(data, "reason"),
    code: textAt(data, "code"),
    fields: field && !fields[field] ? { ...fields, [field]: message } : fields,
    names: textsAt(data, "names"),
    requestId: textAt(data, "requestId"),
  };
}

function objectAt(value: unknown, key: string): object | null {
  const found = typeof value === "object" && value !== null ? Reflect.get(value, key) : null;
  return typeof found === "object" ? found : null;
}

function textAt(value: unknown, key: string): string | null {
  const found = typeof value === "object" && value !== null ? Reflect.get(value, key) : null;
  return typeof found === "string" ? found : null;
}

function textsAt(value: object, key: string): readonly string[] {
  const found: unknown = Reflect.get(value, key);
  return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
}

function stringEntries(value: object | null): Record<string, string> {
  const pairs = Object.entries(value ?? {}).filter(
    (pair): pair is [string, string] => typeof pair[1] === "string",
  );
  return Object.fromEntries(pairs);
}
