import type { TenantClient } from "./lane.ts";

type Reads =
  | "findUnique"
  | "findUniqueOrThrow"
  | "findFirst"
  | "findFirstOrThrow"
  | "findMany"
  | "count"
  | "aggregate"
  | "groupBy";

type ModelName = Exclude<keyof TenantClient, `$${string}` | symbol>;

/** One organization's data, to read. */
export type ReadDb = {
  [Name in ModelName]: Pick<TenantClient[Name], Reads & keyof TenantClient[Name]>;
} & Pick<TenantClient, "$queryRaw">;

/** One organization's data, to read and write. A ReadDb lacks its methods, so it cannot stand in its place. */
export type TenantDb = TenantClient;
