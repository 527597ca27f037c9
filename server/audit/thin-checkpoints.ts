import { tenantStorage } from "../platform/storage.ts";
import { checkpointsFolder } from "./checkpoint.ts";

const atOnce = 16;

/** How many checkpoints stay: so many of the newest, and so many of those before them. */
type Kept = { newest: number; older: number };
const usual: Kept = { newest: 1_000, older: 1_000 };

/**
 * Removes checkpoints between others once there are far more than a verification wants to read: a busy log has one a
 * minute. The last one proves all that stands before it; older ones only tell where somebody wrote it anew, and of them
 * fewer and fewer stay the older they are. Answers how many went.
 */
export async function thinCheckpoints(organizationId: string, kept: Kept = usual): Promise<number> {
  const storage = tenantStorage(organizationId);
  const names: string[] = [];
  for await (const name of storage.list(checkpointsFolder))
    if (name.endsWith("-checkpoint.json")) names.push(name);
  // Names begin with their place in the chain.
  const older = names.toSorted().slice(0, -kept.newest);
  if (older.length <= 2 * kept.older) return 0;
  const every = Math.ceil(older.length / kept.older);
  const going = older.filter((_name, index) => index % every !== 0);
  for (let from = 0; from < going.length; from += atOnce) {
    await Promise.all(going.slice(from, from + atOnce).map((name) => storage.delete(name)));
  }
  return going.length;
}
