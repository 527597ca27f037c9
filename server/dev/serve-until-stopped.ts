import fs from "node:fs";

/**
 * Keeps a small server's program running until a signal, or the end of the parent that gave it a pipe; then it is
 * closed and the program ends. `ready` is printed as the line by which a parent knows that, and where, it listens.
 */
export function serveUntilStopped(server: { close: () => Promise<unknown> }, ready: string): void {
  let stopping = false;
  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    await server.close();
    process.exit(0);
  }
  process.on("SIGTERM", () => void stop());
  process.on("SIGINT", () => void stop());

  // A parent that gave us a pipe and is gone has closed it. A terminal or /dev/null says nothing about anybody.
  const input = fs.fstatSync(0);
  if (input.isFIFO() || input.isSocket())
    process.stdin
      .resume()
      .once("end", () => void stop())
      .once("error", () => void stop());

  // Last: whoever reads it may stop us right away.
  process.stdout.write(`${ready}\n`);
}
