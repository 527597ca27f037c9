import { z } from "zod";
import { event, exampleIds } from "./define.ts";

const organization = z.strictObject({
  id: z.uuid().describe("The organization."),
  name: z.string().describe("Its name now."),
  slug: z.string().describe("Its address now, as in the console's links."),
});
const example = { id: exampleIds.organization, name: "Acme Space", slug: "acme" };

export const organizationEvents = {
  "organization.created": event({
    description: "The organization was opened.",
    data: organization,
    example,
  }),
  "organization.updated": event({
    description: "Its name or its address has changed.",
    data: organization,
    example,
  }),
  "organization.deletion_scheduled": event({
    description: "An owner has set the organization to be erased in seven days.",
    data: organization,
    example,
  }),
  "organization.deletion_canceled": event({
    description: "The scheduled deletion was taken back.",
    data: organization,
    example,
  }),
} as const;
