import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { derivedKey } from "../platform/secrets.ts";

const prefix = "astra_live_";
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const wideLength = 43;
const sumLength = 6;
const sums = 62n ** BigInt(sumLength);
const shape = new RegExp(
  `^${prefix}([0-9A-Za-z]{${wideLength}})_([0-9A-Za-z]{${wideLength}})([0-9A-Za-z]{${sumLength}})$`,
);

/** What an API key says of itself: whose it is, which one, and the hash of its secret. */
export type KeyParts = { organizationId: string; keyId: string; secretHash: Buffer };

/**
 * Makes the text of a key, `astra_live_<id>_<secret>`, which is shown once and stored nowhere. The id names
 * organization and key, so that no directory of keys is needed. The secret ends with a check sum that only this
 * installation can make: a slip of the hand, and a key that somebody made up, are refused without asking anybody.
 */
export function newKeyText(
  organizationId: string,
  keyId: string,
): { text: string; secretHash: Buffer; ending: string } {
  const id = wide(Buffer.concat([bytesOf(organizationId), bytesOf(keyId)]));
  const secret = wide(randomBytes(32));
  const body = `${prefix}${id}_${secret}`;
  const text = body + sumOf(body);
  return { text, secretHash: hashOf(secret), ending: text.slice(-4) };
}

/** The parts of a key's text; null for what we never made. Asks nobody. */
export function readKeyText(text: string): KeyParts | null {
  const [, id = "", secret = "", sum] = shape.exec(text) ?? [];
  if (!sum || !isSumOf(text.slice(0, -sumLength), sum)) return null;
  const bytes = narrow(id);
  if (!bytes) return null;
  return {
    organizationId: uuidOf(bytes.subarray(0, 16)),
    keyId: uuidOf(bytes.subarray(16)),
    secretHash: hashOf(secret),
  };
}

function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

function isSumOf(body: string, sum: string): boolean {
  return timingSafeEqual(Buffer.from(sumOf(body)), Buffer.from(sum));
}

let sumKey: Buffer | undefined;

function sumOf(body: string): string {
  sumKey ??= derivedKey("api-key-sum");
  const mac = createHmac("sha256", sumKey).update(body).digest();
  return inDigits(mac.readBigUInt64BE() % sums, sumLength);
}

/** 32 bytes as 43 letters and digits. */
function wide(bytes: Buffer): string {
  return inDigits(BigInt(`0x${bytes.toString("hex")}`), wideLength);
}

/** The 32 bytes again; null for a number that has no place in them. */
function narrow(text: string): Buffer | null {
  let number = 0n;
  for (const digit of text) number = number * 62n + BigInt(digits.indexOf(digit));
  const hex = number.toString(16).padStart(64, "0");
  return hex.length === 64 ? Buffer.from(hex, "hex") : null;
}

function inDigits(number: bigint, length: number): string {
  let text = "";
  for (let rest = number; rest > 0n; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text;
  return text.padStart(length, "0");
}

function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
