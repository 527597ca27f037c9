import type { OpenApiDocument, Schema } from "#server/api/rest/document.ts";

/** A schema with its reference followed, and the name that it had. */
export function followed(document: OpenApiDocument, schema: Schema): { schema: Schema; name: string | null } {
  const name = schema.$ref?.split("/").at(-1) ?? null;
  const found = name === null ? undefined : document.components.schemas[name];
  if (!found || name === null) return { schema, name: null };
  return { schema: { ...found, ...(schema.description && { description: schema.description }) }, name };
}

/** What a value is, in a few words: "text", "date and time", "one of a, b", "list of texts". */
export function typeWords(document: OpenApiDocument, given: Schema): string {
  const { schema, name } = followed(document, given);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((one) => typeWords(document, one)).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const types = [schema.type ?? "anything"].flat();
  const values = schema.enum?.filter((value) => value !== null).map((value) => JSON.stringify(value));
  const nullable = types.includes("null") && types.length > 1 ? " or null" : "";
  if (values && values.length > 0) return `${values.join(" or ")}${nullable}`;
  const [type = "anything"] = types.filter((one) => one !== "null" || types.length === 1);
  if (type === "array")
    return `list of ${schema.items ? typeWords(document, schema.items) : "anything"}${nullable}`;
  if (type === "object") return `${name ?? (schema.properties ? "object" : "map")}${nullable}`;
  return `${type === "string" ? textWords(schema) : type}${nullable}`;
}

function textWords({ format }: Schema): string {
  if (format === "date-time") return "date and time";
  return format === "uuid" || format === "date" ? format : "text";
}

/** Bounds of a value, as people say them; empty when there are none. */
export function boundWords(schema: Schema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  return [
    between(minimum, maximum, ""),
    between(minLength, maxLength, " characters"),
    between(minItems, maxItems, " items"),
    schema.default === undefined || typeof schema.default === "object"
      ? ""
      : `default ${JSON.stringify(schema.default)}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

const unboundedMax = 1_000_000_000;

function between(min: number | undefined, max: number | undefined, what: string): string {
  const upper = max !== undefined && max < unboundedMax ? max.toLocaleString("en") : null;
  if (min !== undefined && min > 0 && upper !== null) return `${min}–${upper}${what}`;
  if (upper !== null) return `at most ${upper}${what}`;
  return min !== undefined && min > 0 ? `at least ${min}${what}` : "";
}

/** The fields of an object, of a list's items, or of the object that a value may be instead of null. */
export function fieldsOf(
  document: OpenApiDocument,
  given: Schema,
): { properties: [string, Schema][]; required: readonly string[] } | null {
  const { schema } = followed(document, given);
  if (schema.items) return fieldsOf(document, schema.items);
  const choices = schema.anyOf?.filter(({ type }) => type !== "null");
  if (choices?.length === 1 && choices[0]) return fieldsOf(document, choices[0]);
  const properties = Object.entries(schema.properties ?? {});
  return properties.length === 0 ? null : { properties, required: schema.required ?? [] };
}
