import { declaredShape, type Shape } from "./declarations.ts";
import { readParams } from "./params.ts";
import type { Tree } from "./form.ts";
import type { World } from "./world.ts";

export type Asked<P> = { world: World; params: P; ids: string[]; url: string };

export type Route = {
  method: "GET" | "POST" | "DELETE";
  pattern: RegExp;
  answer: (world: World, tree: Tree, ids: string[], url: string) => unknown;
};

/**
 * One place of the API. `declared` names the parameters' type ("Customers", "CustomerCreateParams"), which `P` must be,
 * and `takes` those of them that the stand-in understands. Null: it takes none.
 */
export function route<P extends object>(
  method: Route["method"],
  path: string,
  declared: [file: string, name: string] | null,
  takes: readonly string[],
  answer: (asked: Asked<P>) => unknown,
): Route {
  let shape: Shape | undefined;
  return {
    method,
    pattern: new RegExp(`^${path.replace(/:\w+/g, "([^/]+)")}$`),
    answer(world, tree, ids, url) {
      shape ??= declared ? declaredShape(...declared) : NOTHING;
      // readParams holds the parameters against the very declaration of P.
      const params = readParams(tree, shape, takes) as P;
      return answer({ world, params, ids, url });
    },
  };
}

const NOTHING: Shape = {
  kind: "object",
  name: "NoParams",
  fields: () => new Map([["expand", { required: false, shape: { kind: "array", of: { kind: "string" } } }]]),
};
