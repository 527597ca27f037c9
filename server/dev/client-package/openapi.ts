import fs from "node:fs";
import path from "node:path";
import type { OpenApiDocument, Operation, Parameter, Schema } from "../../api/rest/document.ts";
import { isList } from "../../api/rest/input-schema.ts";
import { parameterOf, restRoutes, type Route } from "../../api/rest/match.ts";
import { reasons } from "../../platform/reasons.ts";
import { ROOT } from "../checkout.ts";
import { jsonShape } from "./json-shape.ts";
import type { Endpoint, Shape, Surface } from "./shape.ts";

/** Where the document lies: it is read by people in reviews, and served as it is. */
export const OPENAPI_FILE = path.join(ROOT, "server/api/rest/openapi.json");

/** Describes the REST door: inputs as the procedures check them, answers as the compiler knows them. */
export function describeRest({ endpoints, named }: Surface): OpenApiDocument {
  const { version } = JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
    version: string;
  };
  const paths: OpenApiDocument["paths"] = {};
  for (const route of restRoutes()) {
    const endpoint = endpoints.find((one) => one.path === route.procedure.path);
    if (!endpoint) throw new Error(`The compiler does not see ${route.procedure.path}.`);
    const address = ["/api/v1/{organization}", ...route.steps].join("/");
    paths[address] = { ...paths[address], [route.method.toLowerCase()]: operation(route, endpoint) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Astra",
      version,
      description:
        "Everything that an app can do in one organization. Send an API key, or a token made from one, as " +
        "`Authorization: Bearer …`; it must belong to the organization in the path. Moments are ISO 8601 texts. " +
        "What is left of the limit of calls stands in the `RateLimit-*` headers of each answer.",
    },
    servers: [],
    security: [{ bearer: [] }],
    tags: [...new Set(endpoints.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      responses: {
        Refused: {
          description: "The call was refused. `reason` is stable and for programs, `message` for people.",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Refusal" } } },
        },
      },
      schemas: {
        Refusal: refusal,
        ...Object.fromEntries([...named].map(([name, shape]) => [name, jsonShape(shape)])),
      },
    },
  };
}

const textOrNull: Schema = { type: ["string", "null"] };
const error: Schema = {
  type: "object",
  properties: {
    code: { type: "string", description: "The kind of refusal." },
    reason: { type: "string", enum: [...reasons] },
    message: { type: "string", description: "One sentence for people." },
    field: { ...textOrNull, description: "What of the input it is about." },
    fields: {
      type: ["object", "null"],
      additionalProperties: { type: "string" },
      description: "For input that does not fit: every field, with what is wrong.",
    },
    names: {
      type: ["array", "null"],
      items: { type: "string" },
      description: "Missing permissions, for one.",
    },
    requestId: { ...textOrNull, description: "By this Astra's logs find the call." },
  },
  required: ["code", "reason", "message", "field", "fields", "names", "requestId"],
};
const refusal: Schema = { type: "object", properties: { error }, required: ["error"] };

function operation(route: Route, endpoint: Endpoint): Operation {
  const [summary = "", ...rest] = endpoint.doc.split(/(?<=\.) (?=[A-Z])/);
  const names = route.steps.flatMap((step) => parameterOf(step) ?? []);
  const input = documented(written(route.schema), endpoint.input);
  const properties = Object.entries(input.properties ?? {});
  const own = properties.filter(([name]) => !names.includes(name));
  const inQuery = route.method === "GET" || route.method === "DELETE";
  const inPath = properties.filter(([name]) => names.includes(name));
  return {
    operationId: endpoint.path,
    tags: [tagOf(endpoint)],
    summary: summary.replace(/\.$/, ""),
    ...(rest.length > 0 && { description: rest.join(" ") }),
    "x-permission": endpoint.permission,
    parameters: [
      { name: "organization", in: "path", required: true, schema: { type: "string" } },
      ...inPath.map(([name, schema]): Parameter => ({ name, in: "path", required: true, schema })),
      ...(inQuery ? own.map(([name, schema]) => inAddress(name, schema, input)) : []),
    ],
    ...(!inQuery && own.length > 0 && { requestBody: body(own, input) }),
    responses: { ...answer(endpoint), default: { $ref: "#/components/responses/Refused" } },
  };
}

function inAddress(name: string, schema: Schema, input: Schema): Parameter {
  const required = input.required?.includes(name) ?? false;
  const nested = schema.type === "object" ? { style: "deepObject", explode: true } : {};
  const list = isList(schema as { type?: string }) ? { style: "form", explode: true } : {};
  return { name, in: "query", ...(required && { required }), ...nested, ...list, schema };
}

function body(own: [string, Schema][], input: Schema): NonNullable<Operation["requestBody"]> {
  const required = (input.required ?? []).filter((name) => own.some(([one]) => one === name));
  const schema: Schema = {
    type: "object",
    properties: Object.fromEntries(own),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
  return { required: required.length > 0, content: { "application/json": { schema } } };
}

function answer({ path: procedure, output }: Endpoint): Operation["responses"] {
  if (output.kind === "nothing") return { 204: { description: "It is done." } };
  const content = { "application/json": { schema: jsonShape(output) } };
  return procedure.endsWith(".create")
    ? { 201: { description: "It is made.", content } }
    : { 200: { description: "The answer.", content } };
}

function tagOf({ path: procedure }: Endpoint): string {
  return procedure.split(".").slice(0, -1).join(".");
}

/** Says of each field what the comment beside it in our sources says. */
function documented(schema: Schema, shape: Shape): Schema {
  const objects = shape.kind === "union" ? shape.of : [shape];
  const docs = objects.flatMap((one) => (one.kind === "object" ? one.properties : []));
  const properties = Object.entries(schema.properties ?? {}).map(([name, one]): [string, Schema] => {
    const property = docs.find((each) => each.name === name);
    if (!property) return [name, one];
    const inner = documented(one, property.shape);
    return [name, property.doc ? { ...inner, description: property.doc } : inner];
  });
  return properties.length === 0 ? schema : { ...schema, properties: Object.fromEntries(properties) };
}

/** As a document has it: without what only the reading of input needs, and long patterns that a format names. */
function written(schema: Schema): Schema {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    if (key === "x-date" || key === "$schema" || key === "$comment") return undefined;
    if (typeof value !== "object" || value === null || !("format" in value) || !("pattern" in value))
      return value;
    const { pattern: _pattern, ...rest } = value;
    return rest;
  });
  return JSON.parse(text) as Schema;
}
