import type { Endpoint, Property, Shape, Surface } from "./shape.ts";

const lineMax = 110;
const inlineMax = 60;

/** Writes the surface as declarations that need nothing beside themselves. */
export function printTypes({ endpoints, named }: Surface): string {
  const declarations = [...named].map(([name, shape]) => declaration(name, shape));
  const methods = new Map<string, string[]>();
  for (const endpoint of endpoints) {
    const steps = endpoint.path.split(".");
    const name = steps.pop() ?? endpoint.path;
    const branch = steps.join(".");
    const { input, output, declared } = typesOf(endpoint);
    declarations.push(...declared);
    const parameters = [...(input ? [input] : []), "options?: CallOptions"].join(", ");
    const doc = comment(`${endpoint.doc} Needs \`${endpoint.permission}\`.`, "  ");
    methods.set(branch, [
      ...(methods.get(branch) ?? []),
      `${doc}  ${name}(${parameters}): Promise<${output}>;`,
    ]);
  }
  return [...declarations, ...interfaces(methods)].join("\n\n");
}

/** Whether callers give a procedure an input: one that can only be {} is left out. */
export function takesInput({ input }: Endpoint): boolean {
  const shape = bare(input);
  return shape.kind !== "nothing" && !(shape.kind === "object" && shape.properties.length === 0);
}

function typesOf(endpoint: Endpoint): { input: string | null; output: string; declared: string[] } {
  const declared: string[] = [];
  const prefix = endpoint.path.split(".").map(capital).join("");
  const named = (suffix: string, shape: Shape): string => {
    const inline = printShape(shape);
    if (inline.length <= inlineMax && !inline.includes("\n")) return inline;
    declared.push(declaration(`${prefix}${suffix}`, shape));
    return `${prefix}${suffix}`;
  };
  const output = endpoint.output.kind === "nothing" ? "void" : named("Output", endpoint.output);
  if (!takesInput(endpoint)) return { input: null, output, declared };
  const mark = bare(endpoint.input) === endpoint.input ? "" : "?";
  return { input: `input${mark}: ${named("Input", bare(endpoint.input))}`, output, declared };
}

/** An input without the "or nothing" that makes it optional. */
function bare(shape: Shape): Shape {
  if (shape.kind !== "union") return shape;
  const of = shape.of.filter(({ kind }) => kind !== "nothing");
  return of.length === shape.of.length ? shape : of.length === 1 && of[0] ? of[0] : { kind: "union", of };
}

function interfaces(methods: Map<string, string[]>): string[] {
  const branches = [...methods.keys()];
  return [...branches, ""].map((branch) => {
    const inner = branches
      .filter((one) => one !== branch && parentOf(one) === branch)
      .map((one) => `  readonly ${one.split(".").at(-1)}: ${nameOf(one)};`);
    const doc = branch === "" ? comment("The calls of one organization.", "") : "";
    return `${doc}export interface ${nameOf(branch)} {\n${[...(methods.get(branch) ?? []), ...inner].join("\n")}\n}`;
  });
}

function nameOf(branch: string): string {
  return branch === "" ? "AstraClient" : `${branch.split(".").map(capital).join("")}Api`;
}

function parentOf(branch: string): string {
  return branch.split(".").slice(0, -1).join(".");
}

function declaration(name: string, shape: Shape): string {
  if (shape.kind !== "object") return `export type ${name} = ${printShape(shape)};`;
  return `export interface ${name} ${block(shape.properties, "")}`;
}

function printShape(shape: Shape, indent = ""): string {
  switch (shape.kind) {
    case "date":
      return "Date";
    case "nothing":
      return "undefined";
    case "literal":
      return JSON.stringify(shape.value);
    case "array": {
      const of = printShape(shape.of, indent);
      return shape.of.kind === "union" ? `(${of})[]` : `${of}[]`;
    }
    case "record":
      return `Record<string, ${printShape(shape.of, indent)}>`;
    case "named":
      return shape.name;
    case "union": {
      const line = shape.of.map((one) => printShape(one, indent)).join(" | ");
      if (line.length <= lineMax && !line.includes("\n")) return line;
      const inner = `${indent}  `;
      return `\n${inner}| ${shape.of.map((one) => printShape(one, inner)).join(`\n${inner}| `)}`;
    }
    case "object":
      return printObject(shape.properties, indent);
    case "string":
    case "number":
    case "boolean":
    case "null":
    case "unknown":
      return shape.kind;
  }
}

function printObject(properties: Property[], indent: string): string {
  const line = `{ ${properties.map((one) => printProperty(one, indent)).join(" ")} }`.replace(/; }$/, " }");
  const short = line.length <= inlineMax && !line.includes("\n") && properties.every(({ doc }) => doc === "");
  return short ? line : block(properties, indent);
}

function block(properties: Property[], indent: string): string {
  const inner = `${indent}  `;
  const lines = properties.map((one) => `${comment(one.doc, inner)}${inner}${printProperty(one, inner)}`);
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function printProperty({ name, optional, shape }: Property, indent: string): string {
  const key = /^[a-z_$][\w$]*$/i.test(name) ? name : JSON.stringify(name);
  return `${key}${optional ? "?" : ""}: ${printShape(shape, indent)};`;
}

function comment(text: string, indent: string): string {
  return text === "" ? "" : `${indent}/** ${text.replaceAll("*/", "* /")} */\n`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
