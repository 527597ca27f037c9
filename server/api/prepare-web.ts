import { notePeerAddresses } from "../platform/client-address.ts";
import { env } from "../platform/env.ts";
import { log } from "../platform/log.ts";
import { assertSafeLogin } from "../tenancy/kernel.ts";

/**
 * Checks what the web process stands on before it serves. Ends the process with every reason when the
 * environment or the database login is not right: Next would go on serving errors.
 */
export async function prepareWeb(): Promise<void> {
  try {
    env();
    await assertSafeLogin("main");
    notePeerAddresses();
    log("web").info("web ready");
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
