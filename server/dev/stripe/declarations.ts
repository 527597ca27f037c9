// Reads the types that the `stripe` package declares, so that parameters and answers are held against them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { parseSync } from "oxc-parser";

const resources = path.join(
  path.dirname(createRequire(import.meta.url).resolve("stripe")),
  "../esm/resources",
);

/** What a value must look like. Fields are read only when asked for: the types refer to each other in circles. */
export type Shape =
  | { kind: "string" | "number" | "boolean" | "null" | "open" | "decimal" | "nothing" }
  | { kind: "literal"; value: string | boolean }
  | { kind: "array"; of: Shape }
  | { kind: "map"; of: Shape }
  | { kind: "object"; name: string; fields: () => ReadonlyMap<string, Field> }
  | { kind: "union"; of: Shape[] };

export type Field = { required: boolean; shape: Shape };

type Syntax = { type: string } & Record<string, unknown>;
type Declared = { file: string; scope: string; node: Syntax };
type Source = { names: Map<string, Declared>; imported: Map<string, { file: string; name: string | null }> };

const sources = new Map<string, Source>();

/** The shape of a type by its file below the package's resources, as "Checkout/Sessions", and its name. */
export function declaredShape(file: string, name: string): Shape {
  const found = lookUp(path.join(resources, `${file}.d.ts`), "", name);
  if (!found) throw new Error(`stripe declares no ${name} in ${file}`);
  return shapeOfDeclared(found, name);
}

/** The possibilities of a shape, unions in unions opened. */
export function possibilities(shape: Shape): Shape[] {
  return shape.kind === "union" ? shape.of.flatMap(possibilities) : [shape];
}

function sourceOf(file: string): Source {
  const known = sources.get(file);
  if (known) return known;
  const source: Source = { names: new Map(), imported: new Map() };
  sources.set(file, source);
  const { program } = parseSync(file, readFileSync(file, "utf8"));
  for (const node of program.body) readStatement(source, file, "", node as unknown as Syntax);
  return source;
}

function readStatement(source: Source, file: string, scope: string, node: Syntax): void {
  if (node.type === "ImportDeclaration" || (node.type === "ExportNamedDeclaration" && node.source))
    return readImport(source, file, node);
  if (node.type === "ExportNamedDeclaration" && node.declaration)
    return readStatement(source, file, scope, node.declaration as Syntax);
  if (node.type === "TSInterfaceDeclaration" || node.type === "TSTypeAliasDeclaration") {
    source.names.set(dotted(scope, nameOf(node.id)), { file, scope, node });
  } else if (node.type === "TSModuleDeclaration" && node.body) {
    const inner = dotted(scope, nameOf(node.id));
    for (const child of (node.body as { body: Syntax[] }).body) readStatement(source, file, inner, child);
  }
}

function readImport(source: Source, file: string, node: Syntax): void {
  const from = (node.source as { value: string }).value;
  if (!from.startsWith(".")) return;
  const target = path.join(path.dirname(file), from.replace(/\.js$/, ".d.ts"));
  for (const one of node.specifiers as Syntax[]) {
    const local = nameOf(one.type === "ExportSpecifier" ? one.exported : one.local);
    const name =
      one.type === "ExportSpecifier" ? nameOf(one.local) : one.imported ? nameOf(one.imported) : null;
    source.imported.set(local, { file: target, name });
  }
}

/** From the innermost namespace outwards, then through the imports, as TypeScript does. */
function lookUp(file: string, scope: string, name: string): Declared | undefined {
  const source = sourceOf(file);
  for (let at = scope; ; at = at.split(".").slice(0, -1).join(".")) {
    const found = source.names.get(dotted(at, name));
    if (found) return found;
    if (at === "") break;
  }
  const [first = "", ...rest] = name.split(".");
  const imported = source.imported.get(first);
  if (!imported) return undefined;
  return lookUp(imported.file, "", [...(imported.name === null ? [] : [imported.name]), ...rest].join("."));
}

function shapeOfDeclared(declared: Declared, name: string): Shape {
  if (declared.node.type === "TSTypeAliasDeclaration")
    return shapeOf(declared.node.typeAnnotation as Syntax, declared.file, declared.scope);
  const members = (declared.node.body as { body: Syntax[] }).body;
  const index = members.find((member) => member.type === "TSIndexSignature");
  if (index) return { kind: "map", of: shapeOf(annotated(index), declared.file, declared.scope) };
  let fields: Map<string, Field> | undefined;
  return { kind: "object", name, fields: () => (fields ??= fieldsOf(declared, members)) };
}

function fieldsOf({ file, scope, node }: Declared, members: Syntax[]): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (const base of (node.extends as { expression: Syntax }[] | null) ?? []) {
    const shape = referred(entityName(base.expression), file, scope);
    if (shape.kind === "object") for (const [key, field] of shape.fields()) fields.set(key, field);
  }
  for (const member of members) {
    if (member.type !== "TSPropertySignature") continue;
    const key = member.key as { name?: string; value?: string };
    fields.set(key.name ?? key.value ?? "", {
      required: member.optional !== true,
      shape: shapeOf(annotated(member), file, scope),
    });
  }
  return fields;
}

const KEYWORDS: Record<string, Shape> = {
  TSStringKeyword: { kind: "string" },
  TSNumberKeyword: { kind: "number" },
  TSBooleanKeyword: { kind: "boolean" },
  TSNullKeyword: { kind: "null" },
  TSVoidKeyword: { kind: "nothing" },
};

function shapeOf(node: Syntax, file: string, scope: string): Shape {
  const keyword = KEYWORDS[node.type];
  if (keyword) return keyword;
  const inside = (child: unknown): Shape => shapeOf(child as Syntax, file, scope);
  switch (node.type) {
    case "TSParenthesizedType":
      return inside(node.typeAnnotation);
    case "TSLiteralType":
      return { kind: "literal", value: (node.literal as { value: string | boolean }).value };
    case "TSUnionType":
      return { kind: "union", of: (node.types as Syntax[]).map(inside) };
    case "TSArrayType":
      return { kind: "array", of: inside(node.elementType) };
    case "TSTypeLiteral": {
      const index = (node.members as Syntax[]).find((member) => member.type === "TSIndexSignature");
      if (index) return { kind: "map", of: inside(annotated(index)) };
      break;
    }
    case "TSTypeReference": {
      const name = entityName(node.typeName as Syntax);
      const given = (node.typeArguments as { params: Syntax[] } | null)?.params[0];
      if (name === "Array") return { kind: "array", of: inside(given) };
      if (name === "Emptyable")
        return { kind: "union", of: [{ kind: "null" }, { kind: "literal", value: "" }, inside(given)] };
      if (name === "ApiList") return listOf(inside(given));
      return referred(name, file, scope);
    }
  }
  throw new Error(
    `A type in ${path.basename(file)} is written in a way that is not known here: ${node.type}`,
  );
}

function listOf(item: Shape): Shape {
  const fields = new Map<string, Field>([
    ["object", { required: true, shape: { kind: "literal", value: "list" } }],
    ["data", { required: true, shape: { kind: "array", of: item } }],
    ["has_more", { required: true, shape: { kind: "boolean" } }],
    ["url", { required: true, shape: { kind: "string" } }],
  ]);
  return { kind: "object", name: "ApiList", fields: () => fields };
}

function referred(name: string, file: string, scope: string): Shape {
  if (name === "OtherString") return { kind: "open" };
  if (name === "Decimal") return { kind: "decimal" };
  const found = lookUp(file, scope, name);
  if (!found) throw new Error(`${name} is not declared where ${path.basename(file)} looks for it`);
  return shapeOfDeclared(found, name);
}

function annotated(node: Syntax): Syntax {
  return (node.typeAnnotation as { typeAnnotation: Syntax }).typeAnnotation;
}

function entityName(node: Syntax): string {
  return node.type === "TSQualifiedName"
    ? `${entityName(node.left as Syntax)}.${nameOf(node.right)}`
    : nameOf(node);
}

function nameOf(node: unknown): string {
  return (node as { name: string }).name;
}

function dotted(scope: string, name: string): string {
  return scope ? `${scope}.${name}` : name;
}
