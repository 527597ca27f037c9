import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import { getEvent, listEvents, listEventTypes } from "./log.ts";
import { pollEvents, prepareNumbers } from "./poll.ts";
import { EventById, ListEvents, NoInput, PollEvents } from "./schema.ts";

export const eventsRouter = router({
  poll: can("events.read", { rest: "GET /events" }).preparedQuery(PollEvents, prepareNumbers, pollEvents),
  list: can("events.read", { rest: "GET /event-log" }).query(ListEvents, listEvents),
  get: can("events.read", { rest: "GET /events/{id}" }).query(EventById, getEvent),
  types: can("webhooks.read", { rest: "GET /event-types" }).query(NoInput, listEventTypes),
});
