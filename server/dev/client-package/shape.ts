/** A type as it goes over the wire: only what JSON can carry, and dates. */
export type Shape =
  | { kind: "string" | "number" | "boolean" | "null" | "date" | "unknown" | "nothing" }
  | { kind: "literal"; value: string | number | boolean }
  | { kind: "array"; of: Shape }
  | { kind: "record"; of: Shape }
  | { kind: "object"; properties: Property[] }
  | { kind: "union"; of: Shape[] }
  /** One of the surface's named shapes. */
  | { kind: "named"; name: string };

export type Property = { name: string; optional: boolean; doc: string; shape: Shape };

/** One procedure that apps can call. */
export type Endpoint = {
  /** "projects.list" */
  path: string;
  type: "query" | "mutation";
  permission: string;
  /** What its verb says it does. */
  doc: string;
  /** "GET /projects" */
  rest: string;
  input: Shape;
  output: Shape;
};

/** All that apps can call, with the shapes that have a name of their own. */
export type Surface = { endpoints: Endpoint[]; named: Map<string, Shape> };
