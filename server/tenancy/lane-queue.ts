import { AppError } from "../platform/errors.ts";
import type { Lane } from "./lane.ts";

type Waiter = { take(lane: Lane): void; refuse(error: Error): void; timer: NodeJS.Timeout };

/** Hands lanes out one scope at a time. Waiting has a bound in time and in number. */
export class LaneQueue {
  readonly #max: number;
  readonly #make: () => Promise<Lane>;
  readonly #limits: { laneWaitMs: number; laneWaitersMax: number };
  readonly #free: Lane[] = [];
  readonly #waiting: Waiter[] = [];
  #made = 0;
  #closed = false;
  #idle: (() => void) | undefined;

  constructor(
    max: number,
    make: () => Promise<Lane>,
    limits: { laneWaitMs: number; laneWaitersMax: number },
  ) {
    this.#max = max;
    this.#make = make;
    this.#limits = limits;
  }

  /** Runs `work` with a lane of its own. Throws AppError pool_exhausted when none gets free in time. */
  async use<Result>(work: (lane: Lane) => Promise<Result>): Promise<Result> {
    const lane = await this.#take();
    try {
      return await work(lane);
    } finally {
      this.#give(lane);
    }
  }

  /** Waits until all lanes are back, then disposes of them. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.refuse(exhausted());
    }
    if (this.#free.length < this.#made) await new Promise<void>((resolve) => (this.#idle = resolve));
    await Promise.all(this.#free.splice(0).map((lane) => lane.dispose()));
    this.#made = 0;
  }

  async #take(): Promise<Lane> {
    if (this.#closed) throw exhausted();
    const lane = this.#free.pop();
    if (lane) return lane;
    if (this.#made < this.#max) {
      this.#made++;
      try {
        return await this.#make();
      } catch (error) {
        this.#made--;
        this.#passOn();
        throw error;
      }
    }
    if (this.#waiting.length >= this.#limits.laneWaitersMax) throw exhausted();
    return new Promise((take, refuse) => {
      const waiter: Waiter = {
        take,
        refuse,
        timer: setTimeout(() => {
          this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
          refuse(exhausted());
        }, this.#limits.laneWaitMs),
      };
      this.#waiting.push(waiter);
    });
  }

  #give(lane: Lane): void {
    const next = this.#waiting.shift();
    if (next) {
      clearTimeout(next.timer);
      next.take(lane);
      return;
    }
    this.#free.push(lane);
    this.#checkIdle();
  }

  /** A lane could not be made: its place is free again, and whoever waits may try. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next) {
      clearTimeout(next.timer);
      this.#take().then(
        (lane) => next.take(lane),
        (error: Error) => next.refuse(error),
      );
    }
    this.#checkIdle();
  }

  #checkIdle(): void {
    if (this.#closed && this.#free.length === this.#made) this.#idle?.();
  }
}

function exhausted(): AppError {
  return new AppError("UNAVAILABLE", "pool_exhausted", "Too many requests are running at once. Try again.");
}
