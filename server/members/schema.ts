import { z } from "zod";
import { pageInput, SortDirection } from "../platform/page-input.ts";
import { line, SearchText } from "../platform/text.ts";

/** 'removed' is a third one, which no list shows. */
export type MemberStatus = "active" | "suspended";

export const ListMembers = z
  .strictObject({
    search: SearchText.optional(),
    roleKey: line(100).optional(),
    sort: z
      .strictObject({ by: z.enum(["name", "joinedAt"]), direction: SortDirection })
      .default({ by: "name", direction: "asc" }),
    ...pageInput,
  })
  .prefault({});
export type ListMembers = z.infer<typeof ListMembers>;

export type MemberRow = {
  id: string;
  name: string;
  email: string;
  roleKey: string;
  roleName: string;
  status: MemberStatus;
  joinedAt: Date;
};

export const MemberById = z.strictObject({ id: z.uuid() });
export type MemberById = z.infer<typeof MemberById>;

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
