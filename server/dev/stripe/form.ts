import { invalid } from "./fault.ts";

/** Values of a form or a query as they came: text, nested as their names say. */
export type Tree = { [name: string]: Tree | string };

const DEPTH_MAX = 12;

/** Takes `items[0][price]=x` apart. Throws when a name is both a value and a place for values. */
export function readForm(text: string): Tree {
  const root = branch();
  for (const [name, value] of new URLSearchParams(text)) {
    const steps = stepsOf(name);
    const last = steps.pop() ?? "";
    let at = root;
    for (const step of steps) at = into(at, step, name);
    const key = last === "" ? String(Object.keys(at).length) : last;
    if (typeof at[key] === "object") throw invalid(`Invalid ${name}: it was given in two ways.`, name);
    at[key] = value;
  }
  return root;
}

// Names come from outside; without a prototype none of them means anything.
function branch(): Tree {
  return Object.create(null) as Tree;
}

function into(at: Tree, step: string, name: string): Tree {
  const key = step === "" ? String(Object.keys(at).length) : step;
  const next = (at[key] ??= branch());
  if (typeof next === "string") throw invalid(`Invalid ${name}: it was given in two ways.`, name);
  return next;
}

function stepsOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (!match) throw invalid(`Invalid parameter name: ${name}`, name);
  const inner = [...(match[2] ?? "").matchAll(/\[([^[\]]*)\]/g)].map(([, step]) => step ?? "");
  if (inner.length > DEPTH_MAX) throw invalid(`The parameter ${name} is nested too deeply.`, name);
  return [match[1] ?? "", ...inner];
}
