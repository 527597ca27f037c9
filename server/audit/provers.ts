import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { ChainProof } from "./chain-proof.ts";
import type { LogDoor } from "./log-transaction.ts";
import type { Part, Proved } from "./verify-thread.ts";

/** More would only wait for the database. */
const threadsMax = 4;

/** Threads that prove parts of a log side by side. */
export type Provers = {
  threads: number;
  prove(part: Omit<Part, "id">): Promise<ChainProof | null>;
  end(): Promise<void>;
};

/** Starts them: one for each processor, four at most. */
export function startProvers(door: LogDoor): Provers {
  const threads = Array.from(
    { length: Math.min(availableParallelism(), threadsMax) },
    () => new Thread(door),
  );
  return {
    threads: threads.length,
    prove: (part) => threads.reduce((a, b) => (b.waiting < a.waiting ? b : a)).prove(part),
    async end() {
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}

class Thread {
  readonly #worker: Worker;
  readonly #open = new Map<number, PromiseWithResolvers<ChainProof | null>>();
  #last = 0;
  #ended: unknown;

  constructor(door: LogDoor) {
    this.#worker = new Worker(new URL("verify-thread.ts", import.meta.url), { workerData: door });
    this.#worker.on("message", (proved: Proved) => {
      const asked = this.#open.get(proved.id);
      this.#open.delete(proved.id);
      if ("error" in proved) asked?.reject(proved.error);
      else asked?.resolve(proved.proof);
    });
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("a thread of the verification ended")));
  }

  get waiting(): number {
    return this.#open.size;
  }

  prove(part: Omit<Part, "id">): Promise<ChainProof | null> {
    // One that has ended answers nobody.
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = ++this.#last;
    const asked = Promise.withResolvers<ChainProof | null>();
    this.#open.set(id, asked);
    this.#worker.postMessage({ ...part, id } satisfies Part, []);
    return asked.promise;
  }

  async end(): Promise<void> {
    if (this.#ended !== undefined) return;
    // What it is asked for and nobody waits for any more is not waited for.
    if (this.#open.size === 0) {
      const exited = new Promise((resolve) => this.#worker.once("exit", resolve));
      this.#worker.postMessage("end", []);
      await exited;
    } else await this.#worker.terminate();
  }

  #fail(error: unknown): void {
    this.#ended ??= error;
    for (const asked of this.#open.values()) asked.reject(error);
    this.#open.clear();
  }
}
