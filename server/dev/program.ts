import { isClosing, stopAllChildren } from "./embedded/children.ts";

const REPEAT_MS = 1_000;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, disconnect: 143 } as const;
type StopReason = keyof typeof EXIT_CODES;

/**
 * Runs one of the launcher's programs and exits with the code it answers. Ctrl-C, SIGTERM, SIGHUP and the end of the
 * process that started us stop all children in order first; a second Ctrl-C does not wait for them.
 */
export async function runProgram(main: () => Promise<number>): Promise<never> {
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<StopReason>();
  onStopRequest(interrupt);
  const result = await Promise.race([interrupted, main().catch(explain)]);
  await stopAllChildren();
  process.exit(typeof result === "number" ? result : EXIT_CODES[result]);
}

function onStopRequest(interrupt: (reason: StopReason) => void) {
  let firstAt: number | undefined;
  const request = (reason: StopReason) => {
    const now = performance.now();
    firstAt ??= now;
    // One Ctrl-C comes several times: from the terminal, and from npm and the bootstrap, which pass it on.
    if (now - firstAt > REPEAT_MS && reason !== "disconnect") process.exit(EXIT_CODES[reason]);
    if (now === firstAt) process.stdout.write("\nStopping …\n");
    interrupt(reason);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => request(signal));
  process.on("disconnect", () => request("disconnect"));
  // The channel to the bootstrap must not keep us alive when our work is done.
  process.channel?.unref();
}

function explain(error: unknown): number {
  if (isClosing()) return 1;
  process.stderr.write(`\n${messages(error).join("\n  because: ")}\n`);
  return 1;
}

function messages(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message, ...(error.cause === undefined ? [] : messages(error.cause))];
}
