import { z } from "zod";
import { SharedCache } from "../platform/shared-cache.ts";
import type { ReadCtx } from "../tenancy/context.ts";
import { tenancy } from "../tenancy/kernel.ts";

/** One member as the list reads it, with what their role permits. */
export type MemberRecord = z.infer<typeof MemberRecord>;

const MemberRecord = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  roleKey: z.string(),
  roleName: z.string(),
  status: z.enum(["active", "suspended"]),
  joinedAt: z.coerce.date(),
  rolePermissions: z.array(z.string()),
});

/** The beginning of the list by name, and how many there are in all. */
export type FirstMembers = { records: MemberRecord[]; total: number };

const FirstText = z.object({
  epoch: z.number(),
  accessVersion: z.number(),
  total: z.number(),
  records: z.array(MemberRecord),
});
type Remembered = z.infer<typeof FirstText>;

const lists = new SharedCache<Remembered>({
  name: "members",
  ttlSeconds: 300,
  entriesMax: 500,
  write: (list) => JSON.stringify(list),
  read: (text) => {
    try {
      return FirstText.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  },
});

const keyOf = (organizationId: string) => `tenant:${organizationId}:members`;

/**
 * The first members by name, which every picker and the members page begin with: from this process, from Redis,
 * or read anew. Whatever changes a member raises the version of roles and members, and the transaction that
 * this runs in is held against that version by the guard: what was remembered at another one is not used.
 */
export async function firstMembers(ctx: ReadCtx, read: () => Promise<FirstMembers>): Promise<FirstMembers> {
  const { accessVersion } = ctx;
  const { id } = ctx.organization;
  const epoch = await tenancy().epochOf(id);
  if (accessVersion === undefined || epoch === null) return read();
  const isNow = (list: Remembered | undefined) =>
    list?.accessVersion === accessVersion && list.epoch === epoch ? list : undefined;
  const known = isNow(lists.own(keyOf(id))) ?? isNow(await lists.shared(keyOf(id)));
  if (known) return known;
  const list = await read();
  void lists.put(keyOf(id), { ...list, epoch, accessVersion });
  return list;
}

/** Drops the list of one organization; no other's. */
export function dropMembers(organizationId: string): Promise<void> {
  return lists.drop(keyOf(organizationId));
}
