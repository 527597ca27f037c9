import type { Kinds } from "./client.ts";
import { userId } from "./tables.ts";

/** One kind of query that Prisma can make; what it answers must be the same in every tenant but for the canary. */
export type Kind = {
  name: string;
  run(db: Kinds, canary: string): Promise<unknown>;
  /** What the answer must contain. */
  shows: unknown;
};

const where = { id: userId };

export const readingKinds: Kind[] = [
  { name: "findUnique", run: (db) => db.user.findUnique({ where }), shows: { email: "a@a" } },
  {
    name: "findUnique three times in one tick, merged",
    run: (db) => Promise.all([1, 2, 3].map((id) => db.post.findUnique({ where: { id } }))),
    shows: [{ title: "p1" }, { title: "p2" }, {}],
  },
  {
    name: "include by separate queries",
    run: (db) =>
      db.user.findMany({
        relationLoadStrategy: "query",
        include: { posts: { include: { tags: true, comments: true } }, profile: true },
      }),
    shows: [{ posts: [{ tags: [{ name: "t1" }, { name: "t2" }] }, {}, {}], profile: {} }],
  },
  {
    name: "include by lateral joins",
    run: (db) =>
      db.user.findMany({
        relationLoadStrategy: "join",
        include: {
          posts: {
            include: { tags: { orderBy: { id: "asc" } }, comments: { orderBy: { id: "asc" } } },
            where: { views: { gte: 0 } },
            orderBy: { id: "desc" },
            take: 5,
          },
          profile: true,
          _count: { select: { posts: true, orders: true } },
        },
      }),
    shows: [{ _count: { posts: 3, orders: 1 } }],
  },
  {
    name: "count of a filtered relation",
    run: (db) =>
      db.user.findMany({
        select: { id: true, _count: { select: { posts: { where: { title: { startsWith: "p" } } } } } },
      }),
    shows: [{ _count: { posts: 3 } }],
  },
  {
    name: "filters some, none, every, is, with enum and array",
    run: (db) =>
      db.user.findMany({
        where: {
          OR: [
            { posts: { some: { tags: { some: { name: "t1" } } } } },
            { posts: { none: { title: "zz" } } },
            { posts: { every: { views: 0 } } },
            { profile: { is: { bio: "hi" } } },
            { profile: { isNot: null } },
          ],
          role: { in: ["ADMIN", "MEMBER"] },
          roles: { has: "ADMIN" },
          tags: { hasEvery: ["x"] },
        },
      }),
    shows: [{ id: userId }],
  },
  {
    name: "enum not, notIn, equal array, hasSome",
    run: (db) =>
      db.user.findMany({
        where: {
          role: { not: "MEMBER" },
          NOT: { role: { notIn: ["ADMIN"] } },
          roles: { equals: ["ADMIN", "MEMBER"] },
          AND: { roles: { hasSome: ["ADMIN"] } },
        },
      }),
    shows: [{ id: userId }],
  },
  {
    name: "aggregate",
    run: (db) =>
      db.post.aggregate({
        _count: true,
        _avg: { views: true },
        _sum: { views: true },
        _min: { id: true },
        _max: { id: true },
      }),
    shows: { _count: 3, _max: { id: 3 } },
  },
  {
    name: "groupBy with having",
    run: (db) =>
      db.post.groupBy({
        by: ["authorId"],
        _count: { _all: true },
        having: { views: { _avg: { gte: 0 } } },
        orderBy: { authorId: "asc" },
      }),
    shows: [{ _count: { _all: 3 } }],
  },
  {
    name: "groupBy an enum",
    run: (db) => db.user.groupBy({ by: ["role"], _count: true, where: { role: "ADMIN" } }),
    shows: [{ role: "ADMIN", _count: 1 }],
  },
  {
    name: "count with a relation filter",
    run: (db) => db.user.count({ where: { posts: { some: {} } } }),
    shows: 1,
  },
  {
    name: "order by relation and by count of a relation",
    run: (db) =>
      db.post.findMany({
        orderBy: [
          { author: { email: "asc" } },
          { tags: { _count: "desc" } },
          { comments: { _count: "asc" } },
        ],
      }),
    shows: [{ id: 1 }, { id: 2 }, { id: 3 }],
  },
  {
    name: "order by enum and nulls",
    run: (db) => db.user.findMany({ orderBy: [{ role: "desc" }, { name: { sort: "asc", nulls: "first" } }] }),
    shows: [{ id: userId }],
  },
  {
    name: "pages by cursor",
    run: (db) => db.tag.findMany({ cursor: { id: 2 }, take: 2, skip: 1, orderBy: { id: "asc" } }),
    shows: [{ id: 3 }, { id: 4 }],
  },
  {
    name: "pages by cursor backwards, in two orders",
    run: (db) =>
      db.post.findMany({ cursor: { id: 2 }, take: -2, orderBy: [{ title: "asc" }, { id: "asc" }] }),
    shows: [{ id: 1 }, { id: 2 }],
  },
  {
    name: "distinct",
    run: (db) => db.post.findMany({ distinct: ["authorId"], orderBy: { id: "asc" } }),
    shows: [{ id: 1 }],
  },
  {
    name: "string filters that contain the sentinel",
    run: async (db) => {
      await db.user.update({ where, data: { name: 'x "__tenant__".y', tags: ['"__tenant__".'] } });
      const contains = '"__tenant__".';
      return db.user.findMany({
        where: {
          AND: [
            { name: { contains } },
            { name: { not: { startsWith: contains } } },
            { tags: { has: contains } },
          ],
        },
      });
    },
    shows: [{ name: 'x "__tenant__".y', tags: ['"__tenant__".'] }],
  },
  {
    name: "full text search and relevance",
    run: (db) =>
      db.post.findMany({
        where: { title: { search: "p2" } },
        orderBy: { _relevance: { fields: ["title"], search: "p2", sort: "desc" } },
      }),
    shows: [{ title: "p2" }],
  },
  {
    name: "contains, whatever the case",
    run: (db) => db.user.findMany({ where: { email: { contains: "A@", mode: "insensitive" } } }),
    shows: [{ email: "a@a" }],
  },
  {
    name: "one column against another",
    run: (db) => db.post.findMany({ where: { views: { lt: db.post.fields.id } }, orderBy: { id: "asc" } }),
    shows: [{ id: 1 }, { id: 2 }, { id: 3 }],
  },
  {
    name: "mapped enum in a filter over two relations",
    run: (db) =>
      db.order.findMany({
        where: { status: "SHIPPED", lines: { some: { product: { price: { gt: "1" } } } } },
        include: { lines: { include: { product: true } } },
      }),
    shows: [{ status: "SHIPPED", lines: [{ qty: 2, product: { id: 1 } }] }],
  },
  {
    name: "1,000 values in a list",
    run: (db) => db.post.findMany({ where: { id: { in: numbers(1_000) } }, orderBy: { id: "asc" } }),
    shows: [{ id: 1 }, { id: 2 }, { id: 3 }],
  },
  {
    name: "40,000 values in a list, in several statements",
    run: (db) => db.post.findMany({ where: { id: { in: numbers(40_000) } } }),
    shows: [{}, {}, {}],
  },
  { name: "omit", run: (db) => db.user.findMany({ omit: { meta: true } }), shows: [{ email: "a@a" }] },
  {
    name: "fluent steps over relations",
    run: (db) => db.user.findUnique({ where }).posts?.({ orderBy: { id: "asc" } }) ?? Promise.reject(),
    shows: [{ title: "p1" }, { title: "p2" }, {}],
  },
  {
    name: "findFirstOrThrow without a row",
    run: (db) =>
      db.user.findFirstOrThrow({ where: { email: "no" } }).then(
        () => "found",
        (error: { code: string }) => error.code,
      ),
    shows: "P2025",
  },
];

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
