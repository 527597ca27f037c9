import written from "./openapi.json" with { type: "json" };

/** JSON Schema, as far as our document uses it. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
};

export type Parameter = {
  name: string;
  in: "path" | "query";
  required?: boolean;
  style?: string;
  explode?: boolean;
  schema: Schema;
};

type Content = { "application/json": { schema: Schema } };

export type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  "x-permission": string;
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { $ref: string } | { description: string; content?: Content }>;
};

export type OpenApiDocument = {
  openapi: string;
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  security: Record<string, string[]>[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    securitySchemes: Record<string, object>;
    responses: Record<string, { description: string; content: Content }>;
    schemas: Record<string, Schema>;
  };
};

/** The description of the REST door at one address. `npm run build:client` writes it from the router. */
export function openApiDocument(publicUrl: string): OpenApiDocument {
  // The file's own type is that of each of its values; a test holds the file to OpenAPI's schema.
  const document = written as unknown as OpenApiDocument;
  return { ...document, servers: [{ url: publicUrl.replace(/\/+$/, "") }] };
}
