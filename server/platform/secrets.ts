import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from "node:crypto";
import { AppError } from "./errors.ts";
import { env } from "./env.ts";

const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** A key of 32 bytes for one use: the label keeps uses apart, so that none tells anything about another. */
export function derivedKey(label: string): Buffer {
  const { SECRETS_MASTER_KEY: own, TENANT_KEY_SECRET: shared } = env();
  const info = own ? label : `secrets-master:${label}`;
  return Buffer.from(hkdfSync("sha256", own ?? shared, "astra-secrets", info, keyBytes));
}

/** A new data key of an organization, wrapped by the master key: what may be stored. */
export function newWrappedKey(organizationId: string, version: number): Buffer {
  return encrypt(masterKey(), randomBytes(keyBytes), wrapping(organizationId, version));
}

/** Opens a wrapped data key. Throws AppError secret_unreadable when it is another organization's, or altered. */
export function unwrapKey(organizationId: string, version: number, wrapped: Uint8Array): Buffer {
  return decrypt(masterKey(), wrapped, wrapping(organizationId, version));
}

/** Encrypts a secret under a data key, bound to its organization and purpose: elsewhere it does not open. */
export function sealSecret(key: Buffer, organizationId: string, purpose: string, secret: string): Buffer {
  return encrypt(key, Buffer.from(secret, "utf8"), `secret:${organizationId}:${purpose}`);
}

/** Decrypts what `sealSecret` made. Throws AppError secret_unreadable. */
export function openSecret(key: Buffer, organizationId: string, purpose: string, sealed: Uint8Array): string {
  return decrypt(key, sealed, `secret:${organizationId}:${purpose}`).toString("utf8");
}

/** The pair with which the installation signs for an organization. It is made from the master key and stored nowhere. */
export function signingKeys(purpose: string): { privateKey: KeyObject; publicKey: KeyObject } {
  // RFC 8410: a PKCS #8 envelope around the 32 bytes of an Ed25519 seed.
  const envelope = Buffer.from("302e020100300506032b657004220420", "hex");
  const der = Buffer.concat([envelope, derivedKey(`sign:${purpose}`)]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

function masterKey(): Buffer {
  return derivedKey("wrap-data-keys");
}

function wrapping(organizationId: string, version: number): string {
  return `data-key:${organizationId}:${version}`;
}

/** iv, ciphertext and tag of AES-256-GCM. */
function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(context, "utf8"));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Uint8Array, context: string): Buffer {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(context, "utf8")).setAuthTag(sealed.subarray(sealed.length - tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()]);
  } catch (cause) {
    throw new AppError("INTERNAL", "secret_unreadable", "A secret could not be opened.", { cause });
  }
}
