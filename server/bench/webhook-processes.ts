import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { freePort } from "../dev/embedded/ports.ts";

/** A process of its own with the receiver of slow-receiver.ts: every answer takes 20 ms. */
export async function startSlowReceiver(): Promise<{ url: string; process: ChildProcess }> {
  const child = fork(path.join(import.meta.dirname, "slow-receiver.ts"), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [url] = (await once(child, "message")) as [string];
  return { url, process: child };
}

/** The product's worker, ready, with further variables. Throws when it ends before. */
export async function startWorkerProcess(env: Record<string, string> = {}): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["workers/main.ts"], {
    env: { ...process.env, WORKER_PORT: String(await freePort()), LOG_LEVEL: "info", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      if (chunk.toString("utf8").includes('"worker ready"')) resolve();
    });
    child.once("exit", (code) => reject(new Error(`the worker ended with ${code}`)));
  });
  return child;
}

/** Memory that a process has in use, in MB; not a number where the system does not tell. */
export function memoryMB({ pid }: { pid?: number | undefined }): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
  } catch {
    return Number.NaN;
  }
}
