import { possibilities, type Field, type Shape } from "./declarations.ts";
import { invalid, unsupported } from "./fault.ts";
import type { Tree } from "./form.ts";

/**
 * Turns the text of a form into what the shape declares. `takes` names what the stand-in understands
 * ("customer", "items[price]"). Throws what Stripe answers to anything else.
 */
export function readParams(tree: Tree, shape: Shape, takes: readonly string[]): Record<string, unknown> {
  const object = possibilities(shape).find((one) => one.kind === "object");
  if (!object) throw new Error("Parameters are an object");
  return readObject(tree, object, { takes: [...takes, "expand"], path: "", plain: "" });
}

/** `path` as Stripe names it, "items[0][price]"; `plain` without the numbers. */
type Place = { takes: readonly string[]; path: string; plain: string };

function below(place: Place, key: string, counted: boolean): Place {
  const join = (base: string) => (base === "" ? key : `${base}[${key}]`);
  return { takes: place.takes, path: join(place.path), plain: counted ? place.plain : join(place.plain) };
}

function understood({ takes, plain }: Place): boolean {
  return takes.some((one) => one === plain || plain.startsWith(`${one}[`) || one.startsWith(`${plain}[`));
}

function readObject(
  tree: Tree,
  shape: Extract<Shape, { kind: "object" }>,
  place: Place,
): Record<string, unknown> {
  const fields = shape.fields();
  const read: Record<string, unknown> = {};
  for (const [key, raw] of Object.entries(tree)) {
    const at = below(place, key, false);
    const field: Field | undefined = fields.get(key);
    if (!field) throw invalid(`Received unknown parameter: ${at.path}`, at.path, "parameter_unknown");
    if (!understood(at)) throw unsupported(`the parameter ${at.path}`);
    read[key] = readValue(raw, field.shape, at);
  }
  for (const [key, field] of fields) {
    if (!field.required || key in read) continue;
    const at = below(place, key, false);
    throw invalid(`Missing required param: ${at.path}.`, at.path, "parameter_missing");
  }
  return read;
}

function readValue(raw: Tree | string, shape: Shape, place: Place): unknown {
  const options = possibilities(shape);
  return typeof raw === "string" ? readText(raw, options, place) : readTree(raw, options, place);
}

function readTree(raw: Tree, options: readonly Shape[], place: Place): unknown {
  const array = options.find((one) => one.kind === "array");
  if (array) {
    const keys = Object.keys(raw);
    if (!keys.every((key) => /^\d+$/.test(key))) throw invalid("Invalid array", place.path);
    return keys
      .toSorted((one, other) => Number(one) - Number(other))
      .map((key) => readValue(raw[key] ?? "", array.of, below(place, key, true)));
  }
  const object = options.find((one) => one.kind === "object");
  if (object) return readObject(raw, object, place);
  if (options.some((one) => one.kind === "map"))
    return Object.fromEntries(
      Object.entries(raw).map(([key, value]) => {
        if (typeof value !== "string") throw invalid(`Invalid value for ${key}`, `${place.path}[${key}]`);
        return [key, value];
      }),
    );
  throw invalid(`Invalid ${place.path}: it takes one value.`, place.path);
}

function readText(raw: string, options: readonly Shape[], place: Place): unknown {
  const literals = options.flatMap((one) => (one.kind === "literal" ? [String(one.value)] : []));
  if (literals.includes(raw)) return raw;
  const kinds = new Set(options.map((one) => one.kind));
  if (raw === "" && kinds.has("string")) {
    throw invalid(
      `You passed an empty string for '${place.path}'. We assume empty values are an attempt to unset a parameter; however '${place.path}' cannot be unset. You should remove '${place.path}' from your request or supply a non-empty value.`,
      place.path,
      "parameter_invalid_empty",
    );
  }
  if (kinds.has("number") && /^-?\d+(\.\d+)?$/.test(raw)) return Number(raw);
  if (kinds.has("decimal") && /^-?\d+(\.\d{1,12})?$/.test(raw)) return raw;
  if (kinds.has("boolean") && (raw === "true" || raw === "false")) return raw === "true";
  if (kinds.has("string")) return raw;
  const named = literals.filter((literal) => literal !== "");
  if (named.length > 0)
    throw invalid(`Invalid ${place.path}: must be one of ${named.join(", ")}`, place.path);
  if (kinds.has("number")) throw invalid(`Invalid integer: ${raw}`, place.path, "parameter_invalid_integer");
  if (kinds.has("boolean")) throw invalid(`Invalid boolean: ${raw}`, place.path);
  throw invalid(`Invalid ${kinds.has("array") ? "array" : "object"}`, place.path);
}
