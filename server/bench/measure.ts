import { setTimeout as sleep } from "node:timers/promises";
import { serverCpuMs, type Server } from "./server-cpu.ts";

/** What is measured; the index tells its calls apart. */
export type Operation = (index: number) => Promise<unknown>;

/** One operation's share of one turn, in milliseconds. */
export type Sample = {
  /** CPU of this process. */
  nodeMs: number;
  /** CPU of all processes of the database server; not a number where it cannot be read. */
  serverMs: number;
  /** Median time from call to answer. */
  latencyMs: number;
};

export type Shape = { rounds: number; operations: number; concurrency: number; server: Server | null };

/**
 * Measures several sides of one comparison: in each round all of them take a turn, in an order that rotates,
 * so that whatever else the machine does meets all alike. The first rounds warm up and are thrown away.
 */
export async function measureSides<Name extends string>(
  sides: Record<Name, Operation>,
  shape: Shape,
): Promise<Record<Name, Sample[]>> {
  const names = Object.keys(sides) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Sample[]>;
  for (let round = -warmUpRounds; round < shape.rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round + warmUpRounds) % names.length] as Name;
      const sample = await takeTurn(sides[name], shape);
      if (round >= 0) samples[name].push(sample);
    }
  }
  return samples;
}

const warmUpRounds = 4;

async function takeTurn(operation: Operation, shape: Shape): Promise<Sample> {
  const { operations, concurrency, server } = shape;
  const latencies: number[] = [];
  let next = 0;
  const work = async () => {
    while (next < operations) {
      const index = next++;
      const from = performance.now();
      await operation(index);
      latencies.push(performance.now() - from);
    }
  };
  // What the turn before left behind (a COMMIT under way, an idle timer) is not ours.
  await sleep(2);
  const serverBefore = serverCpuMs(server);
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: concurrency }, work));
  const used = process.cpuUsage(before);
  const serverUsed = serverCpuMs(server) - serverBefore;
  return {
    nodeMs: (used.user + used.system) / 1000 / operations,
    serverMs: serverUsed / operations,
    latencyMs: median(latencies),
  };
}

/** The middle one. Throws a RangeError for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which this share of all values lies. Throws a RangeError for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new RangeError("nothing was measured");
  return value;
}

/** How two sides compare: the median of the ratios within each round, and the middle half of them. */
export function ratioOf(
  side: readonly Sample[],
  base: readonly Sample[],
  part: (sample: Sample) => number,
): { value: number; low: number; high: number } {
  const ratios = side.map((sample, round) => part(sample) / part(base[round] as Sample));
  return { value: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) };
}

export const nodeMs = (sample: Sample) => sample.nodeMs;
export const latencyMs = (sample: Sample) => sample.latencyMs;
export const totalMs = (sample: Sample) => sample.nodeMs + sample.serverMs;

/** The median of one part for each side, named for a figure's details. */
export function middleMs(
  sides: Record<string, Sample[]>,
  part: (sample: Sample) => number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(sides).map(([side, samples]) => [`${side}Ms`, median(samples.map(part))]),
  );
}
