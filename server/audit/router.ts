import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import { getAuditRun, listExports, requestExport, requestVerification } from "./runs.ts";
import {
  ById,
  CreateAuditStream,
  ExportAudit,
  ListAudit,
  NoInput,
  UpdateAuditSettings,
  UpdateAuditStream,
} from "./schema.ts";
import { getAuditSettings, updateAuditSettings } from "./settings.ts";
import { listStreams } from "./stream-list.ts";
import { testStream } from "./stream-test.ts";
import {
  createStream,
  deleteStream,
  pauseStream,
  resumeStream,
  rotateStreamSecret,
  updateStream,
} from "./streams.ts";
import { auditFacets, auditState, getAuditEntry, listAudit } from "./view.ts";

export const auditRouter = router({
  list: can("audit_log.read", { recorded: "minute", rest: "GET /audit/entries" }).query(ListAudit, listAudit),
  get: can("audit_log.read", { recorded: "minute", rest: "GET /audit/entries/{id}" }).query(
    ById,
    getAuditEntry,
  ),
  facets: can("audit_log.read", { recorded: "minute", rest: "GET /audit/facets" }).query(
    NoInput,
    auditFacets,
  ),
  state: can("audit_log.read", { rest: "GET /audit/state" }).query(NoInput, auditState),
  verify: can("audit_log.read", { rest: "POST /audit/verifications" }).mutation(NoInput, requestVerification),
  export: can("audit_log.export", { rest: "POST /audit/exports" }).mutation(ExportAudit, requestExport),
  run: can("audit_log.read", { rest: "GET /audit/runs/{id}" }).query(ById, getAuditRun),
  exports: can("audit_log.export", { rest: "GET /audit/exports" }).query(NoInput, listExports),
  settings: can("settings.read", { rest: "GET /audit/settings" }).query(NoInput, getAuditSettings),
  updateSettings: can("settings.write", { rest: "PATCH /audit/settings" }).mutation(
    UpdateAuditSettings,
    updateAuditSettings,
  ),
  streams: router({
    list: can("audit_log.manage", { recorded: "minute", rest: "GET /audit/streams" }).query(
      NoInput,
      listStreams,
    ),
    create: can("audit_log.manage", { rest: "POST /audit/streams" }).mutation(
      CreateAuditStream,
      createStream,
    ),
    update: can("audit_log.manage", { rest: "PATCH /audit/streams/{id}" }).mutation(
      UpdateAuditStream,
      updateStream,
    ),
    pause: can("audit_log.manage", { rest: "POST /audit/streams/{id}/pause" }).mutation(ById, pauseStream),
    resume: can("audit_log.manage", { rest: "POST /audit/streams/{id}/resume" }).mutation(ById, resumeStream),
    delete: can("audit_log.manage", { rest: "DELETE /audit/streams/{id}" }).mutation(ById, deleteStream),
    test: can("audit_log.manage", { rest: "POST /audit/streams/{id}/test" }).direct(ById, testStream),
    rotateSecret: can("audit_log.manage", { rest: "POST /audit/streams/{id}/rotate-secret" }).mutation(
      ById,
      rotateStreamSecret,
    ),
  }),
});
