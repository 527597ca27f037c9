import { asSuperuser } from "./database.ts";

/**
 * Does to an organization's rows what no trigger and no policy stops: the database's superuser does it. Throws
 * when the statement finds no row.
 */
export async function tamper(organizationId: string, sql: string): Promise<void> {
  const [tenant] = await asSuperuser<{ schema: string }>("SELECT schema FROM public.tenants WHERE id = $1", [
    organizationId,
  ]);
  await asSuperuser(`DO $tampering$ BEGIN
    SET LOCAL session_replication_role = replica;
    SET LOCAL search_path = "${tenant?.schema}";
    ${sql};
    IF NOT FOUND THEN RAISE 'nothing was tampered with'; END IF;
  END $tampering$`);
}
