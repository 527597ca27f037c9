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
