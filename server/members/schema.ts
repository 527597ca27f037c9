import { z } from "zod";
import { pageInput, SortDirection } from "../platform/page-input.ts";
import { line, SearchText } from "../platform/text.ts";

/** 'removed' is a third one, which no list shows. */
export const memberStatuses = ["active", "suspended"] as const;
export type MemberStatus = (typeof memberStatuses)[number];

export const ListMembers = z
  .strictObject({
    search: SearchText.optional(),
    roleKey: line(100).optional(),
    status: z.enum(memberStatuses).optional(),
    sort: z
      .strictObject({ by: z.enum(["name", "joinedAt"]), direction: SortDirection })
      .default({ by: "name", direction: "asc" }),
    ...pageInput,
  })
  .prefault({});
export type ListMembers = z.infer<typeof ListMembers>;

/** What can be done with a member. */
export const memberActs = [
  "changeRole",
  "suspend",
  "reactivate",
  "remove",
  "transferOwnership",
  "leave",
] as const;
export type MemberAct = (typeof memberActs)[number];

export type MemberRow = {
  id: string;
  name: string;
  email: string;
  roleKey: string;
  roleName: string;
  status: MemberStatus;
  joinedAt: Date;
  /** The caller's own row. */
  own: boolean;
  /** Null where the caller may do it, else the sentence that says why not. */
  acts: Record<MemberAct, string | null>;
};

export const MemberById = z.strictObject({ id: z.uuid() });
export type MemberById = z.infer<typeof MemberById>;

export const ChangeRole = z.strictObject({ id: z.uuid(), roleId: z.uuid() });
export type ChangeRole = z.infer<typeof ChangeRole>;

export const LeaveOrganization = z.strictObject({ organizationId: z.uuid() });
export type LeaveOrganization = z.infer<typeof LeaveOrganization>;

/** What a member can do and from where: every permission of the registry, held or not. */
export type MemberAccessView = {
  member: { id: string; name: string; status: MemberStatus };
  role: { id: string; key: string; name: string; builtIn: boolean };
  permissions: {
    name: string;
    description: string;
    scope: "organization" | "work";
    granted: boolean;
    from: { kind: "role"; id: string; key: string; name: string }[];
  }[];
  /** Why none of it is in force just now; null when it is. */
  blocked: string | null;
};
