import { openApiDocument } from "#server/api/rest/document.ts";
import { env } from "#server/platform/env.ts";

/** What the REST door can do, for programs; anybody may know. */
export function GET(): Response {
  return Response.json(openApiDocument(env().PUBLIC_URL));
}
