// One thread of a verification: proves parts of a chain over a connection of its own.
import { parentPort, workerData } from "node:worker_threads";
import { closeOwnerPools } from "../fleet/owner.ts";
import { proveChain, type ChainProof } from "./chain-proof.ts";
import { inLog, walkIndexes, type LogDoor } from "./log-transaction.ts";

export type Part = { id: number; after: number; through: number; promised: Map<number, string> };
export type Proved = { id: number; proof: ChainProof | null } | { id: number; error: unknown };

// The verification alone starts this file, with the door to one log.
const door = workerData as LogDoor;

parentPort?.on("message", (part: Part | "end") => {
  if (part === "end") void closeOwnerPools().then(() => parentPort?.close());
  else void prove(part);
});

async function prove({ id, ...part }: Part): Promise<void> {
  try {
    const proof = await inLog(door, async (client) => {
      await walkIndexes(client);
      return proveChain(client, part);
    });
    parentPort?.postMessage({ id, proof } satisfies Proved, []);
  } catch (error) {
    parentPort?.postMessage({ id, error } satisfies Proved, []);
  }
}
