import fs from "node:fs";
import pg from "pg";

/** A database server on this machine. */
export type Server = { postmasterPid: number };

/** Finds the server's first process; null where the system does not tell of processes (there is no /proc). */
export async function findServer(adminUrl: string): Promise<Server | null> {
  if (!fs.existsSync(childrenOf(process.pid))) return null;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    return { postmasterPid: parentOf(rows[0]?.pid ?? 0) };
  } finally {
    await client.end();
  }
}

/** CPU that all processes of a server have used until now, ended ones included, in milliseconds. */
export function serverCpuMs(server: Server | null): number {
  if (!server) return Number.NaN;
  const { postmasterPid } = server;
  const own = statOf(postmasterPid);
  // A backend that has ended is in its parent's account, in ticks of 10 ms.
  let ms = (Number(own[childUserTicks]) + Number(own[childSystemTicks])) * msPerTick;
  for (const pid of fs.readFileSync(childrenOf(postmasterPid), "utf8").split(" ")) {
    if (pid !== "") ms += processCpuMs(Number(pid));
  }
  return ms;
}

function childrenOf(pid: number): string {
  return `/proc/${pid}/task/${pid}/children`;
}

const msPerTick = 10;
// Positions behind the name, which may hold spaces: proc(5) counts from the process's number.
const parent = 1;
const childUserTicks = 13;
const childSystemTicks = 14;

function parentOf(pid: number): number {
  return Number(statOf(pid)[parent]);
}

function statOf(pid: number): string[] {
  const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** CPU that one process has used until now, in milliseconds; none when it has just ended. */
export function processCpuMs(pid: number): number {
  try {
    return Number(fs.readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH"))
      return 0;
    throw error;
  }
}
