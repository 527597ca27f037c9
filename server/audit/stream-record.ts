import { z } from "zod";
import { decryptForTenant, encryptForTenant } from "../tenancy/data-keys.ts";
import type { ReadDb, TenantDb } from "../tenancy/tenant-db.ts";
import type { AuditStreamDestination } from "./schema.ts";

/** Where a stream leads, as its row says. Secrets are apart. */
export type Destination =
  | { kind: "https"; url: string; hasAuthorization: boolean }
  | Extract<AuditStreamDestination, { kind: "s3" }>;

const Stored = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("https"), url: z.string(), hasAuthorization: z.boolean() }),
  z.strictObject({
    kind: z.literal("s3"),
    endpoint: z.string(),
    region: z.string(),
    bucket: z.string(),
    prefix: z.string(),
    accessKeyId: z.string(),
  }),
]);

/** Reads a row's destination. Throws ZodError for what no version has written. */
export function readDestination(text: string): Destination {
  return Stored.parse(JSON.parse(text));
}

/** What is secret of a stream; kept encrypted. */
export type Credential =
  | {
      kind: "https";
      signing: string;
      url: string;
      former?: string | undefined;
      authorization?: string | undefined;
    }
  | { kind: "s3"; secretAccessKey: string };

const OpenCredential = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("https"),
    signing: z.string(),
    /** The whole address; a destination shows where it leads only. */
    url: z.string(),
    former: z.string().optional(),
    authorization: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("s3"), secretAccessKey: z.string() }),
]);

/** Encrypts a stream's secrets for its row; they open for this organization and this stream only. */
export async function closeCredential(
  db: TenantDb,
  stream: { organizationId: string; id: string },
  credential: Credential,
): Promise<string> {
  return encryptForTenant(db, stream.organizationId, purposeOf(stream.id), JSON.stringify(credential));
}

/** Opens a stream's secrets. Throws AppError secret_destroyed and secret_unreadable. */
export async function openCredential(
  db: ReadDb,
  stream: { organizationId: string; id: string },
  stored: string,
): Promise<Credential> {
  const text = await decryptForTenant(db, stream.organizationId, purposeOf(stream.id), stored);
  return OpenCredential.parse(JSON.parse(text));
}

function purposeOf(streamId: string): string {
  return `audit-stream:${streamId}`;
}
