import { z } from "zod";
import { event, exampleIds } from "./define.ts";

const run = z.strictObject({ id: z.uuid().describe("The run, by which its state can be read.") });
const stream = z.strictObject({
  id: z.uuid().describe("The stream."),
  name: z.string().describe("What it is called."),
});
const siem = { id: exampleIds.stream, name: "SIEM" };

export const auditEvents = {
  "audit.export_ready": event({
    description: "An export of the audit log can be fetched, for a day.",
    data: run.extend({
      format: z.enum(["csv", "jsonl"]).describe("The file's form."),
      rows: z.int().min(0).describe("How many entries are in it."),
    }),
    example: { id: exampleIds.run, format: "jsonl", rows: 1_204 },
  }),
  "audit.export_failed": event({
    description: "An export of the audit log was not written.",
    data: run,
    example: { id: exampleIds.run },
  }),
  "audit.chain_broken": event({
    description: "A verification has found that the log is not what was sealed.",
    data: run.extend({
      seq: z.int().nullable().describe("The first entry that is not right, when there is one."),
    }),
    example: { id: exampleIds.run, seq: 4_711 },
  }),
  "audit.stream_failing": event({
    description: "A stream of the audit log could not be delivered several times; it is tried again.",
    data: stream.extend({ reason: z.string().describe("Why, in a word for programs.") }),
    example: { ...siem, reason: "timeout" },
  }),
  "audit.stream_resumed": event({
    description: "A failing stream of the audit log is delivered again.",
    data: stream,
    example: siem,
  }),
} as const;
