import { z } from "zod";
import { event, exampleIds } from "./define.ts";

const endpoint = z.strictObject({
  id: z.uuid().describe("The endpoint."),
  url: z.string().describe("Where it leads: the origin of its address, without path and query."),
});
const example = { id: exampleIds.endpoint, url: "https://hooks.example.com" };

export const webhookEvents = {
  "webhook_endpoint.created": event({ description: "An endpoint was added.", data: endpoint, example }),
  "webhook_endpoint.updated": event({
    description: "An endpoint's settings or its secret have changed.",
    data: endpoint,
    example,
  }),
  "webhook_endpoint.paused": event({
    description: "Nothing is sent to an endpoint until it is resumed.",
    data: endpoint,
    example,
  }),
  "webhook_endpoint.resumed": event({
    description: "An endpoint is sent events again.",
    data: endpoint,
    example,
  }),
  "webhook_endpoint.disabled": event({
    description: "Astra has disabled an endpoint: nothing arrived there for days, or it answered 410.",
    data: endpoint.extend({
      reason: z.enum(["failing", "gone"]).describe("Nothing but failures, or an answer of 410."),
    }),
    example: { ...example, reason: "failing" },
  }),
  "webhook_endpoint.deleted": event({ description: "An endpoint was deleted.", data: endpoint, example }),
  "webhook.test": event({
    description: "Somebody wants to see an event arrive. It goes to one endpoint, whatever that listens to.",
    data: z.strictObject({ endpointId: z.uuid().describe("The endpoint that it was sent to.") }),
    example: { endpointId: exampleIds.endpoint },
  }),
} as const;
