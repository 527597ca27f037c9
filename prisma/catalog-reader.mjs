import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum } from "@prisma/driver-adapter-utils";

const CHAR = 18;
const TEXT = 25;
const TEXTS = 1009;
// PostgreSQL's catalog has column types of its own (char, name, oidvector, regclass …), which the adapter does not
// know; it is told the nearest type that it does.
const NEAREST_TYPES = new Map([
  [CHAR, 1042],
  ...[22, 24, 28, 30, 194, 2205, 2206, 3969].map((type) => [type, TEXT]),
  [1002, 1015],
  [1003, TEXTS],
]);

/** Prisma's adapter for PostgreSQL, able to read the catalog and to run scripts as the schema engine needs it. */
export class CatalogReader extends PrismaPg {
  async connect() {
    return readCatalogTypes(await super.connect());
  }

  async connectToShadowDb() {
    throw new Error("Shadow databases are not served; compare with a migrated database instead.");
  }
}

function readCatalogTypes(queryable) {
  const charColumns = new WeakMap();
  const performIO = queryable.performIO.bind(queryable);
  queryable.performIO = async (query) => {
    const result = await performIO(query);
    const fields = result.fields ?? [];
    charColumns.set(
      query,
      fields.flatMap((field, index) => (field.dataTypeID === CHAR ? [index] : [])),
    );
    for (const field of fields) field.dataTypeID = NEAREST_TYPES.get(field.dataTypeID) ?? field.dataTypeID;
    return result;
  };
  const queryRaw = queryable.queryRaw.bind(queryable);
  queryable.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const index of charColumns.get(query) ?? []) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
  keepTransactionsReading(queryable);
  sendScriptsWhole(queryable);
  return queryable;
}

function keepTransactionsReading(queryable) {
  if (!queryable.startTransaction) return;
  const start = queryable.startTransaction.bind(queryable);
  queryable.startTransaction = async (isolation) => readCatalogTypes(await start(isolation));
}

// The adapter itself splits scripts at each semicolon, also inside function bodies.
function sendScriptsWhole(queryable) {
  if (!queryable.executeScript) return;
  queryable.executeScript = async (script) => {
    try {
      await queryable.underlyingDriver().query(script);
    } catch (error) {
      queryable.onError(error);
    }
  };
}
