import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";

import { findSetpriv } from "./executables.ts";

export interface ChildSpec {
  name: string;
  command: string;
  args: readonly string[];
  /** On top of our own environment; undefined takes a variable away. */
  env?: NodeJS.Dict<string>;
  cwd?: string;
  /** Runs as this user (only root may ask for it). */
  user?: { uid: number; gid: number };
  /** How to ask for an orderly end. */
  stopSignal?: NodeJS.Signals;
  /** What the kernel sends when this process dies without having stopped its children. */
  deathSignal?: NodeJS.Signals;
  /** How long an orderly end may take before SIGKILL. */
  stopTimeoutMs?: number;
  /** A file descriptor for both streams, one for each, or a function that is given each chunk of them. */
  output: number | [stdout: number, stderr: number] | ((chunk: string) => void);
  /** Leaves the death signal to `keeper.ts` even where the kernel could do it. */
  keeper?: boolean;
}

export interface Child {
  name: string;
  pid: number;
  /** Resolves when the process has ended, with what to tell a person: "exit code 1", "SIGKILL". */
  ended: Promise<string>;
  isRunning: () => boolean;
  /** Whether we have asked it to end. */
  isStopping: () => boolean;
  /** Ends it in order, by force after the timeout. May be called twice. */
  stop: () => Promise<void>;
}

const started: Child[] = [];
let closing = false;

/** Whether stopAllChildren was called: what fails from now on fails because of that. */
export function isClosing(): boolean {
  return closing;
}

/** Ends all children of this process in order, the last started first; from then on none can be started. */
export async function stopAllChildren(): Promise<void> {
  closing = true;
  for (const child of started.toReversed()) await child.stop();
}

/**
 * Starts a program that never outlives this process. It gets a session of its own, so that Ctrl-C in the
 * terminal reaches only the launcher, which then stops its children in the right order.
 * Call it on the main thread: the kernel's death signal fires when the spawning *thread* ends.
 */
export function startChild(spec: ChildSpec): Child {
  if (closing) throw new Error("Stopping: nothing more is started.");
  const deathSignal = spec.deathSignal ?? spec.stopSignal ?? "SIGTERM";
  const { command, args, keptByPipe } = guarded(spec, deathSignal);
  const [stdout, stderr] = streamsOf(spec.output);
  const child = spawn(command, args, {
    cwd: spec.cwd,
    env: { ...process.env, ...spec.env },
    ...(keptByPipe ? {} : spec.user),
    detached: true,
    stdio: [keptByPipe ? "pipe" : "ignore", stdout, stderr],
  });
  // Without a pid the spawn failed; `ended` then says why.
  const pid = child.pid ?? 0;
  if (typeof spec.output === "function") forwardOutput(child, spec.output);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const isRunning = () => pid > 0 && child.exitCode === null && child.signalCode === null;
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= stopChild({ isRunning, pid, ended, spec }));
  const isStopping = () => stopping !== undefined;
  const kept: Child = { name: spec.name, pid, ended, isRunning, isStopping, stop };
  started.push(kept);
  return kept;
}

function streamsOf(output: ChildSpec["output"]): [number | "pipe", number | "pipe"] {
  if (typeof output === "function") return ["pipe", "pipe"];
  return typeof output === "number" ? [output, output] : output;
}

function guarded(spec: ChildSpec, deathSignal: NodeJS.Signals) {
  const signal = deathSignal.replace(/^SIG/, "");
  const setpriv = spec.keeper ? undefined : findSetpriv();
  if (setpriv) {
    return { command: setpriv, args: ["--pdeathsig", signal, spec.command, ...spec.args], keptByPipe: false };
  }
  const keeper = path.join(import.meta.dirname, "keeper.ts");
  // The keeper itself stays our user: another one may not be able to read its file.
  const user = spec.user ? `${spec.user.uid}:${spec.user.gid}` : "-";
  return {
    command: process.execPath,
    args: [keeper, signal, user, spec.command, ...spec.args],
    keptByPipe: true,
  };
}

function forwardOutput(child: ChildProcess, take: (chunk: string) => void) {
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", take);
}

async function stopChild(target: {
  isRunning: () => boolean;
  pid: number;
  ended: Promise<string>;
  spec: ChildSpec;
}): Promise<void> {
  const { isRunning, pid, ended, spec } = target;
  if (!isRunning()) return;
  signalProcess(pid, spec.stopSignal ?? "SIGTERM");
  // The whole group: a killed `next` must not leave its own workers behind.
  const force = setTimeout(() => signalProcess(-pid, "SIGKILL"), spec.stopTimeoutMs ?? 15_000);
  await ended;
  clearTimeout(force);
}

function signalProcess(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended between the question and the signal.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
