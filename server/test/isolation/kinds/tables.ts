import type pg from "pg";
import type { Neighbour } from "../world.ts";

const tables = [
  "User",
  "Profile",
  "Post",
  "Tag",
  "Comment",
  "Product",
  "Order",
  "OrderLine",
  "Setting",
  "_PostToTag",
];

export const userId = "11111111-1111-1111-1111-111111111111";

/** Empties each tenant's tables of kinds and gives them the same keys with its own canary. As administrator. */
export async function plantKinds(admin: pg.Client, neighbours: Neighbour[]): Promise<void> {
  await admin.query(`BEGIN; ${neighbours.map(rows).join(" ")} COMMIT;`);
}

function rows({ schema, canary }: Neighbour): string {
  return `
    SET LOCAL search_path = "${schema}";
    TRUNCATE ${tables.map((table) => `"${table}"`).join(", ")} RESTART IDENTITY CASCADE;
    INSERT INTO "User" VALUES ('${userId}', 'a@a', '${canary}', 'ADMIN', '{ADMIN,MEMBER}', '{x,y}',
      '{"a": 1, "s": "\\"__tenant__\\".x", "canary": "${canary}"}');
    INSERT INTO "Profile" ("bio", "photo", "userId") VALUES ('hi ${canary}', 'abc', '${userId}');
    INSERT INTO "Post" ("title", "body", "authorId") VALUES
      ('p1', 'cat dog ${canary}', '${userId}'), ('p2', 'fish', '${userId}'), ('p3 ${canary}', '', '${userId}');
    INSERT INTO "Tag" ("name") VALUES ('t1'), ('t2'), ('${canary}'), ('t4');
    INSERT INTO "_PostToTag" VALUES (1, 1), (1, 2), (2, 3);
    INSERT INTO "Comment" ("body", "postId", "userId") VALUES ('c1 ${canary}', 1, '${userId}');
    INSERT INTO "Comment" ("body", "postId", "userId", "parentId") VALUES ('c2', 1, '${userId}', 1);
    INSERT INTO "Product" ("sku", "price") VALUES ('${canary}', 10.50);
    INSERT INTO "Order" ("number", "status", "total", "userId") VALUES ('n1', 'shipped out', 21, '${userId}');
    INSERT INTO "OrderLine" VALUES (1, 1, 2);
    INSERT INTO "Setting" VALUES ('s', 'k', '{"canary": "${canary}"}');`;
}

/** A fingerprint of every row in the tables of kinds, for each tenant. */
export async function fingerprints(admin: pg.Client, neighbours: Neighbour[]): Promise<string[]> {
  const prints = neighbours.map(({ schema }) => {
    const parts = tables.map(
      (table) =>
        `(SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM "${schema}"."${table}" t)`,
    );
    return `md5(concat_ws('#', ${parts.join(", ")}))`;
  });
  const { rows: found } = await admin.query<{ prints: string[] }>(
    `SELECT ARRAY[${prints.join(", ")}] AS prints`,
  );
  return found[0]?.prints ?? [];
}
