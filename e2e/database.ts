import pg from "pg";

/** Runs a statement as the database's superuser: for what nobody can do through Astra. */
export async function asSuperuser<Row extends pg.QueryResultRow>(
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const url = process.env.ASTRA_DATABASE_URL;
  if (!url) throw new Error("ASTRA_DATABASE_URL must hold the superuser's address of Astra's database.");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
