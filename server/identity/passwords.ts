import { hash, verify, type Options } from "@node-rs/argon2";
import PQueue from "p-queue";
import { AppError } from "../platform/errors.ts";

/**
 * argon2id (the library's default algorithm) with OWASP's minimum: 19 MiB, 2 passes, 1 lane.
 * https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
 */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const satisfies Options;

/** Half of libuv's threads: a flood of sign-ins must leave some for files and name look-ups. */
const hashesAtOnceMax = 2;
const waitingMax = 100;

const queue = new PQueue({ concurrency: hashesAtOnceMax });

/** The hash to store for a password. Throws AppError busy when too many wait already. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize("NFKC"), cost));
}

/**
 * Whether the password is the one of this hash. Without a hash it works as long and says no, so that the
 * time of an answer does not tell whether an account exists. Throws AppError busy.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const matches = await inTurn(async () =>
    verify(stored ?? (await nobodysHash()), password.normalize("NFKC")),
  );
  return stored !== null && matches;
}

let nobody: Promise<string> | undefined;

function nobodysHash(): Promise<string> {
  nobody ??= hash(crypto.randomUUID(), cost);
  return nobody;
}

function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (queue.size >= waitingMax) {
    throw new AppError("UNAVAILABLE", "busy", "Many people are signing in just now. Try again in a moment.");
  }
  return queue.add(work);
}
