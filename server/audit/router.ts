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
  list: can("audit_log.read", { recorded: "minute" }).query(ListAudit, listAudit),
  get: can("audit_log.read", { recorded: "minute" }).query(ById, getAuditEntry),
  facets: can("audit_log.read", { recorded: "minute" }).query(NoInput, auditFacets),
  state: can("audit_log.read").query(NoInput, auditState),
  verify: can("audit_log.read").mutation(NoInput, requestVerification),
  export: can("audit_log.export").mutation(ExportAudit, requestExport),
  run: can("audit_log.read").query(ById, getAuditRun),
  exports: can("audit_log.export").query(NoInput, listExports),
  settings: can("settings.read").query(NoInput, getAuditSettings),
  updateSettings: can("settings.write").mutation(UpdateAuditSettings, updateAuditSettings),
  streams: router({
    list: can("audit_log.manage", { recorded: "minute" }).query(NoInput, listStreams),
    create: can("audit_log.manage").mutation(CreateAuditStream, createStream),
    update: can("audit_log.manage").mutation(UpdateAuditStream, updateStream),
    pause: can("audit_log.manage").mutation(ById, pauseStream),
    resume: can("audit_log.manage").mutation(ById, resumeStream),
    delete: can("audit_log.manage").mutation(ById, deleteStream),
    test: can("audit_log.manage").direct(ById, testStream),
    rotateSecret: can("audit_log.manage").mutation(ById, rotateStreamSecret),
  }),
});
