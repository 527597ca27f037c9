import { z } from "zod";
import { Prisma } from "#prisma/generated/tenant/client.ts";
import { AppError } from "./errors.ts";
import type { Page, SortDirection } from "./page-input.ts";

/**
 * An order of a list, in a form that index ranges answer. The row's id breaks every tie.
 * - `id`: by the id alone, which is a UUIDv7 and so follows the time of creation
 * - `column`: by a column without nulls
 * - `nullable`: by a column; rows without a value come last in both directions
 * - `steps`: by a closed set of values in the given order, the newest first within each
 */
export type Sort<Row> =
  | { kind: "id" }
  | {
      kind: "column" | "nullable";
      column: Prisma.Sql;
      type: "timestamptz" | "text" | "date";
      value(row: Row): Date | string | null;
    }
  | { kind: "steps"; column: Prisma.Sql; steps: readonly string[]; value(row: Row): string };

/** What a list's SELECT leaves to its page. */
export type Range = { where: Prisma.Sql; orderBy: Prisma.Sql; limit: number };

type List<By extends string, Row, Item> = {
  /** Stands in the cursor, so that a cursor fits no other list. */
  name: string;
  /** The id's column, as the SELECT names it. */
  id: Prisma.Sql;
  sorts: Record<By, Sort<Row>>;
  request: { sort: { by: By; direction: SortDirection }; cursor?: string | undefined; limit: number };
  rows(range: Range): Promise<Row[]>;
  total(): Promise<{ total: number }[]>;
  present(rows: Row[]): Item[] | Promise<Item[]>;
};

/** A page starts beyond this row and reads towards one end of the list. */
type Position = { value: string | null; id: string; towards: "next" | "previous" };

/**
 * Reads one page by key, never by offset: a late page costs what the first one costs, and rows that come
 * and go move nothing. Throws AppError bad_cursor for a cursor that is broken or of another list or sort.
 */
export async function readPage<By extends string, Row extends { id: string }, Item>(
  list: List<By, Row, Item>,
): Promise<Page<Item>> {
  const { limit, cursor } = list.request;
  const { by, direction } = list.request.sort;
  const sort = list.sorts[by];
  const stamp = `${list.name}.${by}.${direction}`;
  const from = cursor === undefined ? undefined : readCursor(cursor, stamp, sort);
  const backwards = from?.towards === "previous";

  const found: Row[] = [];
  for (const range of rangesFrom(sort, list.id, direction, from)) {
    // One row more than asked for tells whether the list goes on.
    found.push(...(await list.rows({ ...range, limit: limit + 1 - found.length })));
    if (found.length > limit) break;
  }
  const [counted] = await list.total();

  const more = found.length > limit;
  const rows = found.slice(0, limit);
  if (backwards) rows.reverse();
  const cursorAt = (row: Row | undefined, towards: Position["towards"]) => {
    const position = row ? { value: sortValue(sort, row), id: row.id } : from;
    return position ? writeCursor(stamp, { ...position, towards }) : null;
  };
  return {
    items: await list.present(rows),
    total: counted?.total ?? 0,
    // An emptied page still leads back to where its reader came from.
    nextCursor: more || backwards ? cursorAt(rows.at(-1), "next") : null,
    previousCursor: (backwards ? more : from) ? cursorAt(rows.at(0), "previous") : null,
  };
}

/** A stretch of the list that one index range holds, in the order of its column, if any, and the id. */
type Part = {
  where: Prisma.Sql;
  column: Prisma.Sql | null;
  direction: SortDirection;
  holds(value: string | null): boolean;
};

function rangesFrom<Row>(
  sort: Sort<Row>,
  id: Prisma.Sql,
  direction: SortDirection,
  from: Position | undefined,
): Omit<Range, "limit">[] {
  const inOrder = partsOf(sort, direction);
  const parts = from?.towards === "previous" ? inOrder.toReversed().map(reversed) : inOrder;
  const first = from ? parts.findIndex((part) => part.holds(from.value)) : 0;
  return parts.slice(first).map((part, index) => {
    const to = part.direction === "asc" ? Prisma.sql`ASC` : Prisma.sql`DESC`;
    const begun = from && index === 0;
    return {
      where: begun ? Prisma.sql`${part.where} AND ${beyond(sort, part, id, from)}` : part.where,
      orderBy: part.column ? Prisma.sql`${part.column} ${to}, ${id} ${to}` : Prisma.sql`${id} ${to}`,
    };
  });
}

function reversed(part: Part): Part {
  return { ...part, direction: part.direction === "asc" ? "desc" : "asc" };
}

/** The rows beyond a position. A row comparison is one index condition; its spelling with OR would be none. */
function beyond<Row>(sort: Sort<Row>, part: Part, id: Prisma.Sql, from: Position): Prisma.Sql {
  const than = part.direction === "asc" ? Prisma.sql`>` : Prisma.sql`<`;
  if (!part.column) return Prisma.sql`${id} ${than} ${from.id}::uuid`;
  const type = "type" in sort ? columnTypes[sort.type] : Prisma.empty;
  return Prisma.sql`(${part.column}, ${id}) ${than} (${from.value}${type}, ${from.id}::uuid)`;
}

const columnTypes = {
  timestamptz: Prisma.sql`::timestamptz`,
  text: Prisma.sql`::text`,
  date: Prisma.sql`::date`,
};

function partsOf<Row>(sort: Sort<Row>, direction: SortDirection): Part[] {
  const whole: Part = { where: Prisma.sql`true`, column: null, direction, holds: () => true };
  switch (sort.kind) {
    case "id":
      return [whole];
    case "column":
      return [{ ...whole, column: sort.column }];
    case "nullable": {
      const { column } = sort;
      return [
        { where: Prisma.sql`${column} IS NOT NULL`, column, direction, holds: (value) => value !== null },
        { where: Prisma.sql`${column} IS NULL`, column: null, direction, holds: (value) => value === null },
      ];
    }
    case "steps":
      return (direction === "asc" ? sort.steps : sort.steps.toReversed()).map((step) => ({
        where: Prisma.sql`${sort.column} = ${step}`,
        column: null,
        direction: "desc",
        holds: (value) => value === step,
      }));
  }
}

function sortValue<Row>(sort: Sort<Row>, row: Row): string | null {
  if (sort.kind === "id") return null;
  const value = sort.value(row);
  if (!(value instanceof Date)) return value;
  return sort.kind !== "steps" && sort.type === "date"
    ? value.toISOString().slice(0, 10)
    : value.toISOString();
}

function writeCursor(stamp: string, position: Position): string {
  const { value, id, towards } = position;
  return Buffer.from(JSON.stringify([stamp, value, id, towards])).toString("base64url");
}

function readCursor<Row>(cursor: string, stamp: string, sort: Sort<Row>): Position {
  const shape = z.tuple([z.literal(stamp), valueShape(sort), z.uuid(), z.enum(["next", "previous"])]);
  try {
    const text = Buffer.from(cursor, "base64url").toString("utf8");
    const [, value, id, towards] = shape.parse(JSON.parse(text));
    return { value, id, towards };
  } catch (cause) {
    const message = "This page is not there any more. Start again from the first one.";
    throw new AppError("BAD_REQUEST", "bad_cursor", message, { field: "cursor", cause });
  }
}

// What passes here reaches the database as a value of the column's type, so it must be one that it has.
const values = {
  timestamptz: z.iso.datetime({ precision: 3 }).refine((text) => !text.startsWith("0000")),
  date: z.iso.date().refine((text) => !text.startsWith("0000")),
  text: z
    .string()
    .max(500)
    .refine((text) => text.isWellFormed() && !text.includes("\0")),
};

function valueShape<Row>(sort: Sort<Row>): z.ZodType<string | null> {
  switch (sort.kind) {
    case "id":
      return z.null();
    case "column":
      return values[sort.type];
    case "nullable":
      return values[sort.type].nullable();
    case "steps":
      return z.enum(sort.steps);
  }
}
