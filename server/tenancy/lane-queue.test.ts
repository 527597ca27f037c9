import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { Lane } from "./lane.ts";
import { LaneQueue } from "./lane-queue.ts";
import { tenantProtocol } from "./protocol.ts";

const queues: LaneQueue[] = [];
afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.close();
});

/** A queue whose first `failures` lanes cannot be made. */
function queueOf(max: number, failures = 0, limits = { laneWaitMs: 20_000, laneWaitersMax: 10 }): LaneQueue {
  let left = failures;
  const queue = new LaneQueue(
    max,
    async () => {
      await sleep(5);
      if (left-- > 0) throw new Error("no lane");
      return Lane.create(tenantProtocol);
    },
    limits,
  );
  queues.push(queue);
  return queue;
}

test("a lane serves one at a time, in the order of asking", async () => {
  const queue = queueOf(1);
  const order: number[] = [];
  let inside = 0;
  const visits = [1, 2, 3, 4].map((number) =>
    queue.use(async () => {
      expect(++inside).toBe(1);
      await sleep(5);
      inside--;
      order.push(number);
    }),
  );
  await Promise.all(visits);
  expect(order).toEqual([1, 2, 3, 4]);
});

test("no more lanes are made than the queue may have", async () => {
  const queue = queueOf(2);
  const seen = new Set<Lane>();
  await Promise.all(
    Array.from({ length: 8 }, () =>
      queue.use(async (lane) => {
        seen.add(lane);
        await sleep(1);
      }),
    ),
  );
  expect(seen.size).toBe(2);
});

test("a lane comes back from work that throws, also before it is asynchronous", async () => {
  const queue = queueOf(1);
  const fail = () => {
    throw new Error("at once");
  };
  await expect(queue.use(fail)).rejects.toThrow("at once");
  await expect(queue.use(async () => Promise.reject(new Error("later")))).rejects.toThrow("later");
  expect(await queue.use(async () => "served")).toBe("served");
});

test("a lane that cannot be made fails its own caller, and whoever waited may try", async () => {
  const queue = queueOf(1, 1);
  const first = queue.use(async () => "first");
  const second = queue.use(async () => "second");
  await expect(first).rejects.toThrow("no lane");
  expect(await second).toBe("second");
});

test("closing ends waiting at once, waits for those inside, and is final", async () => {
  const queue = queueOf(1, 0, { laneWaitMs: 60_000, laneWaitersMax: 10 });
  const done = Promise.withResolvers<string>();
  const inside = queue.use(() => done.promise);
  await sleep(50);
  const waiting = queue.use(async () => "never");
  const closed = queue.close();
  await expect(waiting).rejects.toMatchObject({ reason: "pool_exhausted" });
  done.resolve("done");
  expect(await inside).toBe("done");
  await closed;
  await expect(queue.use(async () => "never")).rejects.toMatchObject({ reason: "pool_exhausted" });
});

test("closing while the only lane cannot be made comes to an end", async () => {
  const queue = queueOf(1, 1);
  const first = queue.use(async () => "first");
  const closed = queue.close();
  await expect(first).rejects.toThrow("no lane");
  await closed;
});
