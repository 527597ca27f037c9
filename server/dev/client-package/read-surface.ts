import path from "node:path";
import {
  API,
  SymbolFlags,
  type Checker,
  type Project,
  type Symbol,
  type Type,
} from "typescript/unstable/sync";
import { appRouter } from "../../api/root.ts";
import { exposedProcedures } from "../../api/rest/routes.ts";
import { ROOT } from "../checkout.ts";
import { ShapeReader } from "./read-shape.ts";
import type { Endpoint, Surface } from "./shape.ts";
import { verbDoc } from "./verb-doc.ts";

const SURFACE = path.join(ROOT, "server/dev/client-package/surface.ts");
const CONFIG = path.join(ROOT, "tsconfig.json");

/**
 * Asks the compiler what every procedure for apps takes and answers. Throws an Error that names the place when
 * something in it cannot be sent over the wire, or is of no known type.
 */
export function readSurface(): Surface {
  const api = new API({ cwd: ROOT });
  try {
    const snapshot = api.updateSnapshot({ openProject: CONFIG });
    const project = snapshot.getProject(CONFIG);
    if (!project) throw new Error(`The compiler does not take ${CONFIG}.`);
    return surfaceOf(project);
  } finally {
    api.close();
  }
}

function surfaceOf(project: Project): Surface {
  const { checker } = project;
  const [inputs, outputs, record] = ["Inputs", "Outputs", "Procedures"].map((name) =>
    exported(project, name),
  );
  if (!inputs || !outputs || !record) throw new Error(`${SURFACE} does not say what it should.`);
  const reader = new ShapeReader(checker, path.join(ROOT, "server"));
  const endpoints = exposedProcedures(appRouter).map(({ path: procedure, type, guard, rest }): Endpoint => {
    const typeIn = (tree: Type) => checker.getTypeOfSymbol(memberSymbol(checker, tree, procedure));
    return {
      path: procedure,
      type,
      permission: guard,
      rest,
      doc: verbDoc(project, memberSymbol(checker, record, procedure)),
      input: reader.read(typeIn(inputs), `input of ${procedure}`),
      output: reader.read(typeIn(outputs), `output of ${procedure}`),
    };
  });
  return { endpoints, named: reader.named };
}

function exported(project: Project, name: string): Type | undefined {
  const { checker } = project;
  const file = project.program.getSourceFile(SURFACE);
  const sources = file && checker.getSymbolAtLocation(file);
  const symbol = sources && checker.getExportsOfModule(sources).find((one) => one.name === name);
  return symbol && checker.getDeclaredTypeOfSymbol(symbol);
}

function memberSymbol(checker: Checker, type: Type, procedure: string): Symbol {
  let at: Type | undefined = type;
  let symbol: Symbol | undefined;
  for (const step of procedure.split(".")) {
    symbol = at && checker.getPropertyOfType(at, step);
    at = symbol && checker.getTypeOfSymbol(symbol);
  }
  if (!symbol || !(symbol.flags & SymbolFlags.Property))
    throw new Error(`The compiler does not see ${procedure}.`);
  return symbol;
}
