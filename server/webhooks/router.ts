import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import { getRecovery, listRecoveries, replayChosen, startRecovery, testEndpoint } from "./acts.ts";
import { getDelivery } from "./delivery.ts";
import { deleteEndpoint, pauseEndpoint, resumeEndpoint, rotateSecret, showSecret } from "./endpoint-state.ts";
import { createEndpoint, updateEndpoint } from "./endpoints.ts";
import { endpointHealth } from "./health.ts";
import { getEndpoint, listDeliveries, listEndpoints, listUndelivered } from "./lists.ts";
import {
  CreateEndpoint,
  EndpointById,
  EndpointHealthOf,
  ListDeliveries,
  ListEndpoints,
  NoInput,
  RecoverEndpoint,
  ReplayDeliveries,
  ResumeEndpoint,
  RotateSecret,
  UpdateEndpoint,
} from "./schema.ts";

export const webhooksRouter = router({
  list: can("webhooks.read", { rest: "GET /webhooks" }).query(ListEndpoints, listEndpoints),
  get: can("webhooks.read", { rest: "GET /webhooks/{id}" }).query(EndpointById, getEndpoint),
  health: can("webhooks.read", { rest: "GET /webhooks/{id}/health" }).query(EndpointHealthOf, endpointHealth),
  create: can("webhooks.write", { rest: "POST /webhooks" }).direct(CreateEndpoint, createEndpoint),
  update: can("webhooks.write", { rest: "PATCH /webhooks/{id}" }).direct(UpdateEndpoint, updateEndpoint),
  pause: can("webhooks.write", { rest: "POST /webhooks/{id}/pause" }).mutation(EndpointById, pauseEndpoint),
  resume: can("webhooks.write", { rest: "POST /webhooks/{id}/resume" }).mutation(
    ResumeEndpoint,
    resumeEndpoint,
  ),
  delete: can("webhooks.delete", { rest: "DELETE /webhooks/{id}" }).mutation(EndpointById, deleteEndpoint),
  showSecret: can("webhooks.manage", { recorded: true }).query(EndpointById, showSecret),
  rotateSecret: can("webhooks.manage").mutation(RotateSecret, rotateSecret),
  sendTest: can("webhooks.write", { rest: "POST /webhooks/{id}/test" }).mutation(EndpointById, testEndpoint),
  deliveries: can("webhooks.read", { rest: "GET /webhook-deliveries" }).query(ListDeliveries, listDeliveries),
  delivery: can("webhooks.read", { rest: "GET /webhook-deliveries/{id}" }).query(EndpointById, getDelivery),
  undelivered: can("webhooks.read", { rest: "GET /webhook-undelivered" }).query(NoInput, listUndelivered),
  replay: can("webhooks.write", { rest: "POST /webhook-deliveries/replay" }).mutation(
    ReplayDeliveries,
    replayChosen,
  ),
  recover: can("webhooks.write", { rest: "POST /webhooks/{id}/recoveries" }).mutation(
    RecoverEndpoint,
    startRecovery,
  ),
  recoveries: can("webhooks.read", { rest: "GET /webhooks/{id}/recoveries" }).query(
    EndpointById,
    listRecoveries,
  ),
  recovery: can("webhooks.read", { rest: "GET /webhook-recoveries/{id}" }).query(EndpointById, getRecovery),
});
