import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { unpackAptProgram } from "../../dev/embedded/apt-package.ts";
import { startChild, type Child } from "../../dev/embedded/children.ts";
import { CACHE_DIR } from "../../dev/checkout.ts";
import { findExecutable } from "../../dev/embedded/executables.ts";
import { canConnect, freePort } from "../../dev/embedded/ports.ts";
import { postgresUser } from "../../dev/embedded/postgres-binaries.ts";
import { removeDir } from "../../dev/scratch-dir.ts";
import { until } from "../../dev/embedded/until.ts";

const wanted = {
  name: "PgBouncer",
  packages: ["pgbouncer", "libc-ares2", "libevent-2.1-7"],
  program: "usr/sbin/pgbouncer",
};

export type PgBouncer = { url: string; stop(): Promise<void> };

/** The program: the system's own, else one unpacked from the distribution's packages. */
function findPgBouncer(): { command: string; env: NodeJS.Dict<string>; root?: string } | undefined {
  const command = findExecutable("pgbouncer");
  return command ? { command, env: {} } : unpackAptProgram(wanted, CACHE_DIR);
}

/**
 * Starts PgBouncer in transaction mode with ONE server connection in front of a login's database. Undefined
 * where the program cannot be had.
 */
export async function startPgBouncer(loginUrl: string): Promise<PgBouncer | undefined> {
  const found = findPgBouncer();
  if (!found) return undefined;
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "astra-pgbouncer-"));
  fs.chmodSync(dir, 0o711);
  const user = postgresUser(dir);
  const port = await freePort();
  const ini = writeSettings(dir, loginUrl, port, user);
  let output = "";
  const child = startChild({
    name: "PgBouncer",
    ...reachable(found, dir),
    args: [ini],
    cwd: "/",
    ...(user ? { user } : {}),
    stopSignal: "SIGINT",
    output: (chunk) => (output += chunk),
  });
  const stop = async () => {
    await child.stop();
    removeDir(dir);
  };
  try {
    await until(() => answers(child, port, () => output), { what: "PgBouncer", timeoutMs: 10_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  const url = new URL(loginUrl);
  url.port = String(port);
  return { url: url.href, stop };
}

async function answers(child: Child, port: number, output: () => string): Promise<boolean> {
  if (!child.isRunning()) throw new Error(`PgBouncer ended at once: ${await child.ended}\n${output()}`);
  return canConnect(port);
}

// It refuses to run as root, and the user that we drop to may not be able to enter the cache.
function reachable(found: { command: string; env: NodeJS.Dict<string>; root?: string }, dir: string) {
  const { command, env, root } = found;
  if (!root || process.getuid?.() !== 0) return { command, env };
  const copy = path.join(dir, "program");
  fs.cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
  return {
    command: command.replace(root, copy),
    env: { LD_LIBRARY_PATH: env.LD_LIBRARY_PATH?.replaceAll(root, copy) },
  };
}

function writeSettings(
  dir: string,
  loginUrl: string,
  port: number,
  user: { uid: number; gid: number } | undefined,
): string {
  const login = new URL(loginUrl);
  const users = path.join(dir, "users.txt");
  const ini = path.join(dir, "pgbouncer.ini");
  fs.writeFileSync(users, `"${login.username}" "${decodeURIComponent(login.password)}"\n`, { mode: 0o600 });
  fs.writeFileSync(
    ini,
    `[databases]
* = host=${login.hostname} port=${login.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = 1
max_client_conn = 200
query_wait_timeout = 30
`,
    { mode: 0o600 },
  );
  if (user) for (const file of [users, ini]) fs.chownSync(file, user.uid, user.gid);
  return ini;
}
