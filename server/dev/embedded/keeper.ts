// Runs one program and stops it when the launcher is gone: `node keeper.ts <signal> <uid:gid|-> <program> [arguments…]`.
// Used only where the kernel cannot do it (see findSetpriv). The launcher holds the other end of our stdin;
// however it dies, the pipe ends.
import { spawn } from "node:child_process";

const [signal, user, program, ...args] = process.argv.slice(2);
if (!signal || !user || !program) throw new Error("Usage: keeper.ts <signal> <uid:gid|-> <program> […]");

const [uid, gid] = user.split(":").map(Number);
const child = spawn(program, args, {
  stdio: ["ignore", "inherit", "inherit"],
  ...(user === "-" ? {} : { uid, gid }),
});
const stop = (by: NodeJS.Signals) => child.kill(by);

// The names come from children.ts, which takes NodeJS.Signals only.
const deathSignal = `SIG${signal}` as NodeJS.Signals;
process.stdin.on("end", () => stop(deathSignal)).on("error", () => stop(deathSignal));
process.stdin.resume();
for (const name of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) process.on(name, () => stop(name));

child.on("error", (error) => {
  process.stderr.write(`${program}: ${error.message}\n`);
  process.exit(127);
});
child.on("exit", (code, by) => process.exit(code ?? (by ? 128 : 1)));
