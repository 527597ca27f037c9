import { createHmac, randomBytes } from "node:crypto";

const prefix = "whsec_";
const secretBytes = 32;

/** A new signing secret in the form of Standard Webhooks. */
export function newSigningSecret(): string {
  return prefix + randomBytes(secretBytes).toString("base64");
}

/**
 * The three headers of Standard Webhooks v1 for a body. Every given secret signs, so that a receiver may
 * still know an older one. Throws TypeError for a secret that is not in its form.
 */
export function signedHeaders(
  message: { id: string; at: Date; body: string | Uint8Array },
  secrets: readonly string[],
): { "webhook-id": string; "webhook-timestamp": string; "webhook-signature": string } {
  const { id, body } = message;
  const timestamp = String(Math.floor(message.at.getTime() / 1_000));
  const signatures = secrets.map((secret) => {
    if (!secret.startsWith(prefix)) throw new TypeError("not a signing secret");
    const key = Buffer.from(secret.slice(prefix.length), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}
