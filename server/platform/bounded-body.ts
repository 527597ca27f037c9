import { AppError } from "./errors.ts";

/**
 * Reads a request's body up to its bound, whatever the header says of its length, and in so many milliseconds where a
 * time is given. Throws AppError too_large and bad_request.
 */
export async function readBounded(
  request: Request,
  maxBytes: number,
  maxMs?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  if (!reader) return new Uint8Array();
  // Whoever sends it may be gone; that it cannot be told to stop changes nothing.
  const stop = () => reader.cancel().catch(() => {});
  let late = false;
  const timer =
    maxMs === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          void stop();
        }, maxMs);
  try {
    for (let size = 0; ;) {
      const { done, value } = await reader.read();
      if (late) throw new AppError("BAD_REQUEST", "bad_request", "The request took too long.");
      if (done) return new Uint8Array(Buffer.concat(chunks));
      size += value.byteLength;
      if (size > maxBytes) throw new AppError("TOO_LARGE", "too_large", "The request is too large.");
      chunks.push(value);
    }
  } finally {
    clearTimeout(timer);
    void stop();
  }
}
