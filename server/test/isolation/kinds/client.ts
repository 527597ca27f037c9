import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { SqlDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import { ROOT } from "../../../dev/checkout.ts";
import { runNode } from "../../../dev/tool.ts";
import type { MakeClient } from "../../../tenancy/lane.ts";

type Operation = (args?: object) => Promise<unknown> & Record<string, (args?: object) => Promise<unknown>>;

/** One model, as loosely as a list of queries of all kinds needs it. */
export type Model = Record<
  | "aggregate"
  | "count"
  | "create"
  | "createMany"
  | "createManyAndReturn"
  | "delete"
  | "deleteMany"
  | "findFirstOrThrow"
  | "findMany"
  | "findUnique"
  | "groupBy"
  | "update"
  | "updateMany"
  | "updateManyAndReturn"
  | "upsert",
  Operation
> & { fields: Record<string, unknown> };

type ModelName = "comment" | "order" | "post" | "product" | "profile" | "setting" | "tag" | "user";

/** The client of kinds/schema.prisma. It is generated when the suite runs, so no type of it exists before. */
export type Kinds = Record<ModelName, Model> & {
  $queryRaw(text: TemplateStringsArray | object, ...values: unknown[]): Promise<unknown>;
  $executeRaw(text: TemplateStringsArray, ...values: unknown[]): Promise<number>;
  $transaction<Result>(work: (tx: Kinds) => Promise<Result>): Promise<Result>;
  $transaction(batch: Promise<unknown>[]): Promise<unknown[]>;
};

type Sql = {
  sql(text: TemplateStringsArray, ...values: unknown[]): object;
  join(values: unknown[]): unknown;
  DbNull: unknown;
};

const generated = path.join(ROOT, "prisma/generated/kinds");

/** Generates the client when its schema has changed, and answers how lanes make one, and Prisma's SQL words. */
export async function loadKinds(): Promise<{ makeClient: MakeClient; sql: Sql }> {
  await generate();
  const client = (await import(path.join(generated, "client.ts"))) as {
    PrismaClient: new (options: { adapter: SqlDriverAdapterFactory }) => ReturnType<MakeClient>;
    Prisma: Sql;
  };
  return { makeClient: (adapter) => new client.PrismaClient({ adapter }), sql: client.Prisma };
}

async function generate(): Promise<void> {
  const schema = path.join(import.meta.dirname, "schema.prisma");
  const prisma = path.join(ROOT, "node_modules/prisma");
  const hash = createHash("sha256")
    .update(fs.readFileSync(path.join(prisma, "package.json")))
    .update(fs.readFileSync(schema))
    .digest("hex");
  const stamp = path.join(generated, "schema.sha256");
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === hash) return;
  const result = await runNode(path.join(prisma, "build/index.js"), ["generate", "--schema", schema], {
    env: {
      // The native engine would be downloaded.
      PRISMA_SCHEMA_ENGINE_BINARY: path.join(ROOT, "prisma/schema-engine.mjs"),
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
    },
  });
  if (!result.ok) throw new Error(`prisma generate (kinds) failed:\n${result.output}`);
  fs.writeFileSync(stamp, hash);
}
