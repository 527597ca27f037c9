import { makeCaller } from "./call.ts";
import type { AstraClientOptions, CallOptions } from "./options.ts";

/** What is known of a procedure when it is called: "projects.list" → how it is sent and whether it takes an input. */
export type Procedures = Readonly<Record<string, { type: "query" | "mutation"; input: boolean }>>;

type Tree = { [step: string]: Tree | ((...given: unknown[]) => Promise<unknown>) };

/** Builds the tree of calls that a list of procedures describes. */
export function buildClient(procedures: Procedures, options: AstraClientOptions): Tree {
  const call = makeCaller(options);
  const root: Tree = {};
  for (const [path, { type, input }] of Object.entries(procedures)) {
    const steps = path.split(".");
    const name = steps.pop() ?? path;
    const branch = steps.reduce<Tree>((at, step) => (at[step] ??= {}) as Tree, root);
    branch[name] = (...given) => {
      const [sent, own] = input ? given : [undefined, given[0]];
      // The declared types are those of the procedure, and what comes second is the call's options.
      return call({ path, type, input: sent }, own as CallOptions | undefined);
    };
  }
  return root;
}
