import { z } from "zod";
import { NewPassword, PersonName } from "../identity/schema.ts";
import { pageInput, SortDirection } from "../platform/page-input.ts";

export const inviteDays = 7;
const rowsMax = 200;

/** Addresses are checked row by row, so that one that is wrong does not hold up the others. */
export const CreateInvites = z.strictObject({
  invites: z
    .array(z.strictObject({ email: z.string().max(400), roleId: z.uuid() }))
    .min(1, "Name at least one address.")
    .max(rowsMax, `Invite at most ${rowsMax} people at once.`),
});
export type CreateInvites = z.infer<typeof CreateInvites>;

export type InviteOutcome =
  | "invited"
  | "already_member"
  | "already_invited"
  | "not_an_address"
  | "repeated"
  | "too_often"
  | "no_seat";

/** One row of many invites: what became of it, in words where it was not invited. */
export type InviteResult = {
  email: string;
  outcome: InviteOutcome;
  message: string | null;
  inviteId: string | null;
};

export const inviteStates = ["pending", "expired", "accepted", "revoked"] as const;
export type InviteState = (typeof inviteStates)[number];

export const ListInvites = z
  .strictObject({
    status: z.enum(inviteStates).default("pending"),
    sort: z
      .strictObject({ by: z.enum(["email", "createdAt"]), direction: SortDirection })
      .default({ by: "createdAt", direction: "desc" }),
    ...pageInput,
  })
  .prefault({});
export type ListInvites = z.infer<typeof ListInvites>;

export type InviteRow = {
  id: string;
  email: string;
  roleId: string | null;
  roleName: string | null;
  status: InviteState;
  createdAt: Date;
  sentAt: Date;
  expiresAt: Date;
  grantedBy: string | null;
  /** Null where the caller may do it, else the sentence that says why not. */
  acts: { resend: string | null; revoke: string | null; changeRole: string | null };
};

export const InviteById = z.strictObject({ id: z.uuid() });
export type InviteById = z.infer<typeof InviteById>;

export const UpdateInvite = z.strictObject({ id: z.uuid(), roleId: z.uuid() });
export type UpdateInvite = z.infer<typeof UpdateInvite>;

const Token = z.string().max(200);

export const InviteLink = z.strictObject({ token: Token });
export type InviteLink = z.infer<typeof InviteLink>;

/** The part of an acceptance that somebody without an account types. */
export const JoinByInvite = z.strictObject({ token: Token, name: PersonName, password: NewPassword });
export type JoinByInvite = z.infer<typeof JoinByInvite>;

/** What the page of a link shows; looking uses nothing up. */
export type InviteView =
  | {
      state: "open";
      organization: string;
      role: string;
      invitedBy: string | null;
      email: string;
      expiresAt: Date;
      /** Whether the address has an account that was proven: then its owner signs in first. */
      hasAccount: boolean;
      /** Who looks; `matches` when the invite is for their address. */
      signedIn: { email: string; matches: boolean } | null;
    }
  /** "lapsed": whoever gave it may not give this role any more. */
  | { state: "expired" | "revoked" | "accepted" | "lapsed"; organization: string }
  | { state: "dead" };
