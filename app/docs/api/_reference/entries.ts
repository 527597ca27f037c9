import type { OpenApiDocument, Operation } from "#server/api/rest/document.ts";

/** An operation with its address. */
export type Entry = { path: string; method: string; operation: Operation };

const titles: Record<string, string> = {
  apiKeys: "API keys",
  audit: "Audit log",
  "audit.streams": "Audit streams",
};

/** The operations of a document by their part, in the document's order. */
export function groupsOf(document: OpenApiDocument): { tag: string; title: string; entries: Entry[] }[] {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  return document.tags.map(({ name }) => ({
    tag: name,
    title: titles[name] ?? name.charAt(0).toUpperCase() + name.slice(1),
    entries: all.filter(({ operation }) => operation.tags.includes(name)),
  }));
}
