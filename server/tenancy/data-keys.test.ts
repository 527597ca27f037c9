import { afterAll, expect, test } from "vitest";
import { buildOrganization, closeConnections } from "../test/factories.ts";
import { decryptForTenant, destroyDataKeys, encryptForTenant, rotateDataKey } from "./data-keys.ts";
import { tenancy } from "./kernel.ts";

afterAll(closeConnections);

test("a secret outlives a rotation of its key, and not the key's destruction", async () => {
  const { id } = await buildOrganization();
  await tenancy().withTenant(id, { readOnly: false }, async (db) => {
    const first = await encryptForTenant(db, id, "stream", "one");
    expect(await rotateDataKey(db, id)).toBe(2);
    const second = await encryptForTenant(db, id, "stream", "two");
    expect(second).toMatch(/^v1\.2\./);
    expect(await decryptForTenant(db, id, "stream", first)).toBe("one");
    expect(await decryptForTenant(db, id, "stream", second)).toBe("two");
    await expect(decryptForTenant(db, id, "webhook", first)).rejects.toMatchObject({
      reason: "secret_unreadable",
    });
    await destroyDataKeys(db, new Date());
    await expect(decryptForTenant(db, id, "stream", first)).rejects.toMatchObject({
      reason: "secret_destroyed",
    });
  });
});
