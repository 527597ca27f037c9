import { readBounded } from "../../platform/bounded-body.ts";
import { AppError } from "../../platform/errors.ts";
import { fromJson, fromText, isList, type JsonSchema } from "./input-schema.ts";
import type { Route } from "./match.ts";

const bodyMaxBytes = 256 * 1024;

/**
 * Puts a procedure's input together from path, query and body. Throws AppError wrong_content_type, too_large,
 * bad_json and invalid_input for what can be in no input.
 */
export async function readInput(
  request: Request,
  { method, schema }: Route,
  params: Record<string, string>,
): Promise<unknown> {
  const query = new URL(request.url).searchParams;
  if (method === "GET" || method === "DELETE") return joined(readQuery(schema, query), params);
  if (query.size > 0)
    throw invalid([...query.keys()][0] ?? "", "This stands in the body, not in the address.");
  const body = await readBody(request);
  return joined(body === undefined ? {} : fromJson(schema, body), params);
}

/** `?limit=5&statuses=todo&statuses=done&sort[by]=name` */
function readQuery(schema: JsonSchema, query: URLSearchParams): Record<string, unknown> {
  const found = new Map<string, unknown>();
  for (const key of new Set(query.keys())) {
    const [, name = key, inner] = /^(\w+)\[(\w+)\]$/.exec(key) ?? [];
    const property = own(schema, name);
    const texts = query.getAll(key);
    if (inner === undefined) {
      found.set(name, valueOf(property, texts));
      continue;
    }
    const before = found.get(name) ?? {};
    found.set(name, { ...before, [inner]: valueOf(own(property, inner), texts) });
  }
  return Object.fromEntries(found);
}

function valueOf(schema: JsonSchema | undefined, texts: string[]): unknown {
  if (isList(schema)) return texts.map((text) => fromText(schema?.items, text));
  // Given twice it is no value at all, and left for the procedure to refuse.
  return texts.length === 1 ? fromText(schema, texts[0] ?? "") : texts;
}

function own(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  return schema?.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
}

async function readBody(request: Request): Promise<unknown> {
  const bytes = await readBounded(request, bodyMaxBytes);
  if (bytes.byteLength === 0) return undefined;
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    throw new AppError("UNSUPPORTED_MEDIA", "wrong_content_type", "Send the request as application/json.");
  }
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AppError("BAD_REQUEST", "bad_json", "The body is no JSON.", { cause });
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new AppError("BAD_REQUEST", "bad_json", "The body must be a JSON object.");
  }
  return body;
}

function joined(given: unknown, params: Record<string, string>): unknown {
  const input = given as Record<string, unknown>;
  for (const name of Object.keys(params)) {
    if (Object.hasOwn(input, name)) throw invalid(name, "This stands in the path.");
  }
  const whole = { ...input, ...params };
  return Object.keys(whole).length === 0 ? undefined : whole;
}

function invalid(field: string, message: string): AppError {
  return new AppError("BAD_REQUEST", "invalid_input", message, { field });
}
