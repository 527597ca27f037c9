import { SymbolFlags, TypeFlags, type Checker, type Symbol, type Type } from "typescript/unstable/sync";
import type { Property, Shape } from "./shape.ts";

const primitives: [TypeFlags, Shape][] = [
  [TypeFlags.Unknown, { kind: "unknown" }],
  [TypeFlags.String | TypeFlags.TemplateLiteral, { kind: "string" }],
  [TypeFlags.Number, { kind: "number" }],
  [TypeFlags.Boolean, { kind: "boolean" }],
  [TypeFlags.Null, { kind: "null" }],
  [TypeFlags.Undefined | TypeFlags.Void, { kind: "nothing" }],
];

/** Turns the compiler's types into shapes. Types that our own sources name keep their names. */
export class ShapeReader {
  readonly named = new Map<string, Shape>();
  readonly #checker: Checker;
  readonly #sources: string;
  readonly #nameOfType = new Map<number, string>();

  constructor(checker: Checker, sources: string) {
    this.#checker = checker;
    this.#sources = sources;
  }

  /** `where` is for the message of a type that cannot be sent. Throws an Error for any, functions and classes. */
  read(type: Type | undefined, where: string): Shape {
    if (!type) throw new Error(`${where}: of no type.`);
    const name = this.#nameOf(type);
    if (!name) return this.#readBare(type, where);
    if (!this.named.has(name)) {
      // Before it is read: a type may hold itself.
      this.named.set(name, { kind: "unknown" });
      this.#nameOfType.set(type.id, name);
      this.named.set(name, this.#readBare(type, where));
    }
    return { kind: "named", name };
  }

  #readBare(type: Type, where: string): Shape {
    if (type.isLiteralType()) {
      if (typeof type.value === "bigint") throw new Error(`${where}: a bigint cannot be sent.`);
      return { kind: "literal", value: type.value };
    }
    const primitive = primitives.find(([flags]) => type.flags & flags);
    if (primitive) return primitive[1];
    if (type.isUnionType()) return this.#readUnion(type.getTypes(), where);
    if (type.isObjectType() || type.isIntersectionType()) return this.#readObject(type, where);
    throw new Error(`${where}: ${this.#checker.typeToString(type)} cannot be sent.`);
  }

  #readUnion(types: readonly Type[], where: string): Shape {
    const shapes = types.map((one) => this.read(one, where));
    const truths = shapes.filter((shape) => shape.kind === "literal" && typeof shape.value === "boolean");
    const rest = shapes.filter((shape) => !truths.includes(shape));
    const of = truths.length === 2 ? [...rest, { kind: "boolean" } as const] : shapes;
    // The compiler has null first, people last.
    const sorted = of.toSorted((a, b) => Number(isEmpty(a)) - Number(isEmpty(b)));
    return sorted.length === 1 && sorted[0] ? sorted[0] : { kind: "union", of: sorted };
  }

  #readObject(type: Type, where: string): Shape {
    if (type.getSymbol()?.name === "Date") return { kind: "date" };
    if (this.#checker.isArrayType(type) && type.isTypeReference()) {
      const [item] = this.#checker.getTypeArguments(type);
      return { kind: "array", of: this.read(item, `${where}[]`) };
    }
    if (type.isClassOrInterface() && !this.#isOurs(type.getSymbol()))
      throw new Error(`${where}: ${this.#checker.typeToString(type)} cannot be sent.`);
    const properties = this.#checker.getPropertiesOfType(type);
    const index = this.#checker.getIndexInfosOfType(type)[0];
    // Without properties and with values of no type it is {}.
    if (index && properties.length === 0 && !(index.valueType.flags & TypeFlags.Never)) {
      return { kind: "record", of: this.read(index.valueType, `${where}[key]`) };
    }
    return { kind: "object", properties: properties.map((one) => this.#readProperty(one, where)) };
  }

  #readProperty(symbol: Symbol, where: string): Property {
    const shape = this.read(this.#checker.getTypeOfSymbol(symbol), `${where}.${symbol.name}`);
    const optional = Boolean(symbol.flags & SymbolFlags.Optional);
    const doc = symbol.getDocumentationComment(this.#checker).replaceAll(/\s+/g, " ").trim();
    return { name: symbol.name, optional, doc, shape: optional ? withoutNothing(shape) : shape };
  }

  /** The name that our sources give to a type; `Page<ProjectRow>` is a ProjectRowPage. */
  #nameOf(type: Type): string | undefined {
    const known = this.#nameOfType.get(type.id);
    if (known) return known;
    const alias = type.getAliasSymbol();
    if (!alias || !this.#isOurs(alias)) return undefined;
    const given = type.getAliasTypeArguments().map((one) => this.#nameOf(one));
    if (given.includes(undefined)) return undefined;
    const plain = `${given.join("")}${alias.name}`;
    let name = plain;
    // Two features may call different things alike.
    for (let n = 2; this.named.has(name); n++) name = `${plain}${n}`;
    return name;
  }

  #isOurs(symbol: Symbol | undefined): boolean {
    return symbol?.declarations.some((one) => one.path.startsWith(`${this.#sources}/`)) ?? false;
  }
}

function isEmpty(shape: Shape): boolean {
  return shape.kind === "null" || shape.kind === "nothing";
}

function withoutNothing(shape: Shape): Shape {
  if (shape.kind !== "union") return shape;
  const of = shape.of.filter(({ kind }) => kind !== "nothing");
  return of.length === 1 && of[0] ? of[0] : { kind: "union", of };
}
