import type { Schema } from "../../api/rest/document.ts";
import type { Property, Shape } from "./shape.ts";

/** A shape as JSON Schema. Dates are texts, as JSON has them. */
export function jsonShape(shape: Shape): Schema {
  switch (shape.kind) {
    case "date":
      return { type: "string", format: "date-time" };
    case "literal":
      return { type: typeof shape.value, enum: [shape.value] };
    case "array":
      return { type: "array", items: jsonShape(shape.of) };
    case "record":
      return { type: "object", additionalProperties: jsonShape(shape.of) };
    case "named":
      return { $ref: `#/components/schemas/${shape.name}` };
    case "object":
      return jsonObject(shape.properties);
    case "union":
      return jsonUnion(shape.of);
    case "unknown":
    case "nothing":
      return {};
    case "string":
    case "number":
    case "boolean":
    case "null":
      return { type: shape.kind };
  }
}

function jsonObject(properties: Property[]): Schema {
  return {
    type: "object",
    properties: Object.fromEntries(
      properties.map(({ name, doc, shape }) => [
        name,
        { ...jsonShape(shape), ...(doc && { description: doc }) },
      ]),
    ),
    required: properties.filter(({ optional }) => !optional).map(({ name }) => name),
    additionalProperties: false,
  };
}

/** Literals of one type become one enum, and null becomes another type of the rest where that says it all. */
function jsonUnion(of: Shape[]): Schema {
  const literals = of.flatMap((one) => (one.kind === "literal" ? [one.value] : []));
  const types = [...new Set(literals.map((value) => typeof value))];
  const others = of.filter((one) => one.kind !== "literal" && one.kind !== "null" && one.kind !== "nothing");
  const hasNull = of.some(({ kind }) => kind === "null");
  const parts = [
    ...types.map((type) => ({ type, enum: literals.filter((value) => typeof value === type) })),
    ...others.map(jsonShape),
  ];
  const [only] = parts;
  if (parts.length !== 1 || !only) return { anyOf: [...parts, ...(hasNull ? [{ type: "null" }] : [])] };
  if (!hasNull) return only;
  if (typeof only.type !== "string") return { anyOf: [only, { type: "null" }] };
  return { ...only, type: [only.type, "null"], ...(only.enum && { enum: [...only.enum, null] }) };
}
