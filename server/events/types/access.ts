import { z } from "zod";
import { event, exampleIds } from "./define.ts";

const member = z.strictObject({
  id: z.uuid().describe("The member."),
  accountId: z.uuid().describe("The person's account, the same in all their organizations."),
  roleKey: z.string().describe("The key of the member's role now."),
  status: z.enum(["active", "suspended", "removed"]).describe("Whether the member has access now."),
});
const ada = {
  id: exampleIds.member,
  accountId: exampleIds.account,
  roleKey: "editor",
  status: "active",
} as const;

const invite = z.strictObject({
  id: z.uuid().describe("The invite."),
  roleKey: z.string().describe("The key of the role that it gives."),
});
const invited = { id: exampleIds.invite, roleKey: "editor" };

const role = z.strictObject({
  id: z.uuid().describe("The role."),
  key: z.string().describe("Its key, which never changes."),
  name: z.string().describe("Its name now."),
});
const pilots = { id: exampleIds.role, key: "pilots", name: "Pilots" };

const apiKey = z.strictObject({
  id: z.uuid().describe("The key; its text is never sent."),
  name: z.string().describe("What it is called."),
  kind: z.enum(["personal", "machine"]).describe("Whether it goes with its maker, or is the organization's."),
});
const ci = { id: exampleIds.apiKey, name: "CI", kind: "machine" } as const;

export const accessEvents = {
  "member.joined": event({
    description: "Somebody has accepted an invite, or has come back by one.",
    data: member,
    example: ada,
  }),
  "member.updated": event({
    description: "A member has another role.",
    data: member,
    example: { ...ada, roleKey: "admin" },
  }),
  "member.suspended": event({
    description: "A member has no access until they are reactivated.",
    data: member,
    example: { ...ada, status: "suspended" },
  }),
  "member.reactivated": event({
    description: "A suspended member has access again.",
    data: member,
    example: ada,
  }),
  "member.removed": event({
    description: "A member was removed, or has left.",
    data: member,
    example: { ...ada, status: "removed" },
  }),
  "invite.created": event({ description: "Somebody was invited.", data: invite, example: invited }),
  "invite.updated": event({
    description: "An open invite gives another role.",
    data: invite,
    example: { ...invited, roleKey: "viewer" },
  }),
  "invite.resent": event({
    description: "An invite was sent once more; its earlier link is void.",
    data: invite,
    example: invited,
  }),
  "invite.accepted": event({
    description: "An invite was accepted; the new member has an event of its own.",
    data: invite.extend({ memberId: z.uuid().describe("Who has joined by it.") }),
    example: { ...invited, memberId: exampleIds.member },
  }),
  "invite.revoked": event({ description: "An open invite was taken back.", data: invite, example: invited }),
  "role.created": event({ description: "A role was made.", data: role, example: pilots }),
  "role.updated": event({
    description: "A role's name, description or permissions have changed.",
    data: role,
    example: pilots,
  }),
  "role.deleted": event({ description: "A role was deleted.", data: role, example: pilots }),
  "api_key.created": event({ description: "An API key was made.", data: apiKey, example: ci }),
  "api_key.rotated": event({
    description: "An API key got a successor, whose id this is.",
    data: apiKey,
    example: ci,
  }),
  "api_key.revoked": event({ description: "An API key was ended.", data: apiKey, example: ci }),
} as const;
