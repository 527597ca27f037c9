import { z } from "zod";

/** JSON Schema, as far as it is read here. */
export type JsonSchema = {
  type?: string;
  format?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  default?: unknown;
  /** Ours: the procedure wants a Date here, not a text of this form. */
  "x-date"?: true;
};

/** What a procedure takes, as JSON Schema: dates are ISO texts there. */
export function inputSchema(input: z.ZodType | undefined): JsonSchema {
  if (!input) return { type: "object", properties: {} };
  const schema = z.toJSONSchema(input, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type !== "date") return;
      Object.assign(jsonSchema, { type: "string", format: "date-time", "x-date": true });
    },
  });
  return schema as JsonSchema;
}

/** Turns ISO texts into Dates where the procedure wants dates. What does not fit is left for its own check. */
export function fromJson(schema: JsonSchema | undefined, value: unknown): unknown {
  if (!schema) return value;
  if (schema["x-date"]) return typeof value === "string" ? asDate(value) : value;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return throughChoices(choices, value);
  if (Array.isArray(value)) return value.map((one) => fromJson(schema.items, one));
  if (typeof value !== "object" || value === null || !schema.properties) return value;
  const { properties } = schema;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      Object.hasOwn(properties, name) ? fromJson(properties[name], one) : one,
    ]),
  );
}

function throughChoices(choices: JsonSchema[], value: unknown): unknown {
  for (const choice of choices) {
    const read = fromJson(choice, value);
    if (read instanceof Date || (typeof read === "object" && hasDates(choice))) return read;
  }
  return value;
}

function hasDates(schema: JsonSchema): boolean {
  return Object.values(schema.properties ?? {}).some((one) => one["x-date"] === true || hasDates(one));
}

/**
 * Reads the text of a query parameter as what the schema says: 5 as a number, true as a truth, an ISO text as a
 * Date. What does not fit stays a text, for the procedure's own check to refuse.
 */
export function fromText(schema: JsonSchema | undefined, text: string): unknown {
  if (!schema) return text;
  if (schema["x-date"]) return asDate(text);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const read = choices.map((choice) => fromText(choice, text));
    return read.find((one) => typeof one !== "string") ?? text;
  }
  if (schema.type === "integer" || schema.type === "number")
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (schema.type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

/** Whether a query parameter may stand there several times. */
export function isList(schema: JsonSchema | undefined): boolean {
  return schema?.type === "array";
}

const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

function asDate(text: string): Date | string {
  const date = new Date(text);
  return isoTime.test(text) && !Number.isNaN(date.getTime()) ? date : text;
}
