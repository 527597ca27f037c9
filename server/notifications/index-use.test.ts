import { afterAll, beforeAll, expect, test } from "vitest";
import { ownerPool } from "../fleet/owner.ts";
import { entered, schemaOf } from "../test/entered.ts";
import { openExplainer, type Explainer } from "../test/explain.ts";
import { buildMember, buildOrganization, closeConnections, type TestMember } from "../test/factories.ts";
import { countUnread, listNotifications } from "./notifications.ts";
import { ListNotifications } from "./schema.ts";

let owner: TestMember;
let explainer: Explainer;

beforeAll(async () => {
  const organization = await buildOrganization();
  ({ owner } = organization);
  const others = [await buildMember(organization, "admin"), await buildMember(organization, "editor")];
  await entered(organization.id, async (client) => {
    for (const { memberId } of [owner, ...others]) {
      await client.query(
        `INSERT INTO notifications (id, member_id, kind, key, at, read_at)
         SELECT gen_random_uuid(), $1, 'organization_slug_changed', n::text, now() - n * interval '1 minute',
           CASE WHEN n % 50 > 0 THEN now() END FROM generate_series(1, 5000) n`,
        [memberId],
      );
    }
  });
  await ownerPool("main").query(`ANALYZE ${await schemaOf(organization.id)}.notifications`);
  explainer = openExplainer(owner);
});
afterAll(async () => {
  await explainer.close();
  await closeConnections();
});

const list = (input: object) =>
  explainer.plansOf((ctx) => listNotifications(ctx, ListNotifications.parse(input)));

test.each([
  ["a page of all", () => list({}), "notifications_member_id_at_id_idx"],
  ["a page of the unread", () => list({ unread: true }), "notifications_unread_idx"],
  ["the number of unread", () => explainer.plansOf(countUnread), "notifications_unread_idx"],
])("%s is read by an index, under row-level security", async (_what, plansOf, index) => {
  // The rows' own statement comes first; of three members' rows one third is rightly counted by reading all.
  const [rows] = await plansOf();
  expect(rows?.accesses).toMatchObject([{ table: "notifications", index }]);
});
