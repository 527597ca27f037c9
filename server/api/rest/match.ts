import { appRouter } from "../root.ts";
import { inputSchema, type JsonSchema } from "./input-schema.ts";
import { exposedProcedures, type Exposed } from "./routes.ts";

/** An address of the REST door. */
export type Route = {
  procedure: Exposed;
  method: string;
  /** "projects", "{id}" */
  steps: string[];
  schema: JsonSchema;
};

export type Match = { route: Route; params: Record<string, string> } | { allowed: string[] };

let table: Route[] | undefined;

/** Every address of the REST door, in the router's order. */
export function restRoutes(): Route[] {
  table ??= exposedProcedures(appRouter).map((procedure) => {
    const [method = "", path = ""] = procedure.rest.split(" ");
    return { procedure, method, steps: stepsOf(path), schema: inputSchema(procedure.input) };
  });
  return table;
}

/** Finds what answers at an address; `allowed` names the methods that would, and is empty where nothing is. */
export function matchRoute(method: string, steps: string[]): Match {
  const there = restRoutes().flatMap((route) => {
    const params = paramsOf(route.steps, steps);
    return params ? [{ route, params }] : [];
  });
  const found = there.find(({ route }) => route.method === method);
  return found ?? { allowed: there.map(({ route }) => route.method) };
}

/** The parts of a path, without the empty ones. */
export function stepsOf(path: string): string[] {
  return path.split("/").filter((step) => step !== "");
}

/** The name in "{id}"; null for a part that is to be there literally. */
export function parameterOf(step: string): string | null {
  return /^\{(\w+)\}$/.exec(step)?.[1] ?? null;
}

function paramsOf(template: string[], steps: string[]): Record<string, string> | null {
  if (template.length !== steps.length) return null;
  const params: Record<string, string> = {};
  for (const [index, expected] of template.entries()) {
    const step = steps[index] ?? "";
    const name = parameterOf(expected);
    if (name === null && expected !== step) return null;
    if (name !== null) params[name] = step;
  }
  return params;
}
