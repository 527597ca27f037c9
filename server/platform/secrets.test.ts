import { createPublicKey, sign, verify } from "node:crypto";
import { expect, test } from "vitest";
import { derivedKey, newWrappedKey, openSecret, sealSecret, signingKeys, unwrapKey } from "./secrets.ts";

const acme = "0198f000-0000-7000-8000-000000000001";
const other = "0198f000-0000-7000-8000-000000000002";

test("a wrapped data key opens for its organization and version alone", () => {
  const wrapped = newWrappedKey(acme, 1);
  expect(unwrapKey(acme, 1, wrapped)).toHaveLength(32);
  expect(() => unwrapKey(other, 1, wrapped)).toThrow("could not be opened");
  expect(() => unwrapKey(acme, 2, wrapped)).toThrow("could not be opened");
});

test("a secret opens for its organization and purpose alone, and not when a bit of it is changed", () => {
  const key = unwrapKey(acme, 1, newWrappedKey(acme, 1));
  const sealed = sealSecret(key, acme, "stream", "s3cret ✓");
  expect(sealed.includes("s3cret")).toBe(false);
  expect(openSecret(key, acme, "stream", sealed)).toBe("s3cret ✓");
  expect(() => openSecret(key, other, "stream", sealed)).toThrow("could not be opened");
  expect(() => openSecret(key, acme, "webhook", sealed)).toThrow("could not be opened");
  for (const at of [0, 12, sealed.length - 1]) {
    const altered = Buffer.from(sealed);
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(() => openSecret(key, acme, "stream", altered)).toThrow("could not be opened");
  }
  expect(() => openSecret(key, acme, "stream", sealed.subarray(0, 5))).toThrow("could not be opened");
});

test("keys of different uses have nothing in common, and the same use has the same key", () => {
  expect(derivedKey("one")).toEqual(derivedKey("one"));
  expect(derivedKey("one")).not.toEqual(derivedKey("two"));
});

test("a signature of one organization is none of another", () => {
  const data = Buffer.from("text");
  const signature = sign(null, data, signingKeys(acme).privateKey);
  const pem = signingKeys(acme).publicKey.export({ type: "spki", format: "pem" });
  expect(verify(null, data, createPublicKey(pem), signature)).toBe(true);
  expect(verify(null, data, signingKeys(other).publicKey, signature)).toBe(false);
});
