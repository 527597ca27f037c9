import { expect, test } from "vitest";
import { readBounded } from "./bounded-body.ts";

const url = "http://127.0.0.1/";

/** A body that comes in pieces, one every so many milliseconds, and how many were asked for. */
function dripping(pieces: number, everyMs: number) {
  let given = 0;
  let stopped = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      if (stopped) return;
      if (given++ < pieces) controller.enqueue(new Uint8Array(10));
      else controller.close();
    },
    cancel() {
      stopped = true;
    },
  });
  // Not in the browser's types, which are those that are there.
  const init = { method: "POST", body, duplex: "half" };
  return { request: new Request(url, init), isStopped: () => stopped };
}

test("a body is read whole, and none is empty", async () => {
  expect(await readBounded(dripping(3, 1).request, 30, 5_000)).toHaveLength(30);
  expect(await readBounded(new Request(url), 30)).toHaveLength(0);
});

test("a body that is too large is read no further", async () => {
  const { request, isStopped } = dripping(1_000, 0);
  await expect(readBounded(request, 25)).rejects.toMatchObject({ code: "TOO_LARGE", reason: "too_large" });
  expect(isStopped()).toBe(true);
});

test("a body that takes too long is waited for no longer", async () => {
  const { request, isStopped } = dripping(1_000, 20);
  const began = performance.now();
  await expect(readBounded(request, 100_000, 100)).rejects.toMatchObject({ reason: "bad_request" });
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(isStopped()).toBe(true);
});
