import { userId } from "./tables.ts";
import type { Kind } from "./reading-kinds.ts";

const where = { id: userId };
const newUser = "22222222-2222-2222-2222-222222222222";
const sentinel = '"__tenant__".x';

export const writingKinds: Kind[] = [
  {
    name: "create with nested rows: 1-n, 1-1, m-n or connect, enums, json, array, bytes",
    run: (db, canary) =>
      db.user.create({
        data: {
          id: newUser,
          email: "n@n",
          role: "ADMIN",
          roles: ["ADMIN", "MEMBER"],
          tags: ["x", canary],
          meta: { a: 1, s: sentinel },
          profile: { create: { bio: "hi", photo: Buffer.from("abc") } },
          posts: {
            create: [
              {
                title: "new",
                tags: {
                  connectOrCreate: ["t1", "t9"].map((name) => ({ where: { name }, create: { name } })),
                },
              },
              { title: "newer" },
            ],
          },
        },
        include: {
          posts: { include: { tags: { orderBy: { name: "asc" } } }, orderBy: { id: "asc" } },
          profile: true,
        },
      }),
    shows: { meta: { s: sentinel }, posts: [{ tags: [{ name: "t1" }, { name: "t9" }] }, { tags: [] }] },
  },
  {
    name: "a value with the sentinel survives an update",
    run: (db) => db.user.update({ where, data: { name: sentinel } }),
    shows: { name: sentinel, meta: { s: sentinel } },
  },
  {
    name: "array push and set, of enums and texts",
    run: (db) => db.user.update({ where, data: { roles: { push: "ADMIN" }, tags: { set: ["x", "z"] } } }),
    shows: { roles: ["ADMIN", "MEMBER", "ADMIN"], tags: ["x", "z"] },
  },
  {
    name: "upsert by ON CONFLICT",
    run: async (db) => [
      await db.tag.upsert({ where: { name: "t1" }, create: { name: "t1" }, update: { name: "t1" } }),
      await db.tag.upsert({ where: { name: "t8" }, create: { name: "t8" }, update: { name: "t8" } }),
    ],
    shows: [{ id: 1, name: "t1" }, { name: "t8" }],
  },
  {
    name: "upsert by a composite id",
    run: (db) =>
      db.setting.upsert({
        where: { scope_key: { scope: "s", key: "k" } },
        create: { scope: "s", key: "k", value: { v: 1 } },
        update: { value: { v: 2 } },
      }),
    shows: { value: { v: 2 } },
  },
  {
    name: "upsert with a nested upsert",
    run: (db) =>
      db.user.upsert({
        where: { email: "a@a" },
        create: { email: "a@a" },
        update: { posts: { upsert: { where: { id: 1 }, create: { title: "n" }, update: { title: "p1b" } } } },
        include: { posts: { where: { id: 1 } } },
      }),
    shows: { posts: [{ title: "p1b" }] },
  },
  {
    name: "createMany",
    run: (db) => db.tag.createMany({ data: [{ name: "m1" }, { name: "m2" }] }),
    shows: { count: 2 },
  },
  {
    name: "createMany without duplicates",
    run: (db) => db.tag.createMany({ data: [{ name: "t1" }, { name: "m3" }], skipDuplicates: true }),
    shows: { count: 1 },
  },
  {
    name: "createManyAndReturn",
    run: (db) =>
      db.user.createManyAndReturn({
        data: [
          { id: newUser, email: "b@b", role: "MEMBER" },
          { id: newUser.replace("2", "3"), email: "c@c", role: "ADMIN", roles: ["MEMBER"] },
        ],
      }),
    shows: [{ role: "MEMBER" }, { role: "ADMIN", roles: ["MEMBER"] }],
  },
  {
    name: "updateMany by relation, and with what it changed",
    run: async (db) => [
      await db.post.updateMany({ where: { author: { role: "ADMIN" } }, data: { views: { increment: 5 } } }),
      await db.post.updateManyAndReturn({
        where: { views: { gt: 1 }, id: 1 },
        data: { views: { multiply: 2 } },
      }),
    ],
    shows: [{ count: 3 }, [{ views: 10 }]],
  },
  {
    name: "updateMany with a limit",
    run: (db) => db.post.updateMany({ where: {}, data: { views: 1 }, limit: 1 }),
    shows: { count: 1 },
  },
  {
    name: "nested connect, disconnect, set, create and delete over m-n",
    run: async (db) => {
      const change = (tags: object) => db.post.update({ where: { id: 1 }, data: { tags } });
      await change({ disconnect: { name: "t1" }, connect: { name: "t4" } });
      await change({ set: [{ name: "t2" }, { name: "t4" }] });
      await change({ create: { name: "n1" }, deleteMany: { name: "t2" } });
      return db.post.findUnique({ where: { id: 1 }, include: { tags: { orderBy: { name: "asc" } } } });
    },
    shows: { tags: [{ name: "n1" }, { name: "t4" }] },
  },
  {
    name: "nested updateMany, deleteMany and update",
    run: (db) =>
      db.user.update({
        where,
        data: {
          posts: {
            updateMany: { where: { views: { lt: 100 } }, data: { body: "q" } },
            deleteMany: { title: "p2" },
          },
          profile: { update: { bio: "new" } },
        },
        include: { posts: { orderBy: { id: "asc" } }, profile: true },
      }),
    shows: { posts: [{ body: "q" }, { body: "q" }], profile: { bio: "new" } },
  },
  {
    name: "a row and its reply in one model",
    run: (db) =>
      db.comment.create({
        data: {
          body: "c3",
          post: { connect: { id: 1 } },
          user: { connect: { id: userId } },
          replies: { create: { body: "c4", postId: 1, userId } },
        },
        include: { replies: true },
      }),
    shows: { replies: [{ body: "c4" }] },
  },
  {
    name: "a json key that contains the sentinel",
    run: async (db) => {
      await db.user.update({ where, data: { meta: { '"__tenant__".': { k: 7 } } } });
      return db.user.findMany({ where: { meta: { path: ['"__tenant__".', "k"], equals: 7 } } });
    },
    shows: [{ id: userId }],
  },
  {
    name: "decimals, a mapped enum and nested lines",
    run: async (db) => {
      const product = (await db.product.create({ data: { sku: "s1", price: "10.50" } })) as { id: number };
      return db.order.create({
        data: {
          number: "n2",
          status: "SHIPPED",
          userId,
          total: "10.5",
          lines: { create: { qty: 1, productId: product.id } },
        },
        include: { lines: { include: { product: true } } },
      });
    },
    shows: { status: "SHIPPED", lines: [{ product: { sku: "s1" } }] },
  },
  {
    name: "delete with cascade, and deleteMany",
    run: async (db, canary) => [
      await db.order.delete({ where: { number: "n1" } }),
      await db.product.deleteMany({ where: { sku: canary } }),
    ],
    shows: [{ number: "n1" }, { count: 1 }],
  },
  {
    name: "deleteMany by relation",
    run: (db) => db.comment.deleteMany({ where: { parent: { body: { startsWith: "c1" } } } }),
    shows: { count: 1 },
  },
  {
    name: "$executeRaw",
    run: (db) => db.$executeRaw`UPDATE "Post" SET views = 9 WHERE id = ${1}`,
    shows: 1,
  },
  {
    name: "a nested transaction that is rolled back",
    run: async (db) => {
      await db
        .$transaction(async (tx) => {
          await tx.tag.create({ data: { name: "sp" } });
          throw new Error("changed my mind");
        })
        .catch(() => {});
      return db.tag.count({ where: { name: "sp" } });
    },
    shows: 0,
  },
  {
    name: "a duplicate inside a nested transaction, and on",
    run: async (db) => {
      const code = await db
        .$transaction((tx) => tx.tag.create({ data: { name: "t1" } }))
        .then(
          () => "made",
          (error: { code: string }) => error.code,
        );
      return [code, await db.tag.count()];
    },
    shows: ["P2002", 4],
  },
  {
    name: "a batch as one transaction",
    run: (db) => db.$transaction([db.tag.create({ data: { name: "b1" } }), db.tag.count(), db.user.count()]),
    shows: [{ name: "b1" }, 5, 1],
  },
];
