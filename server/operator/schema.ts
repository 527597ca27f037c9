import { z } from "zod";
import { queueNames } from "../jobs/registry.ts";
import { pageInput } from "../platform/page-input.ts";
import { line } from "../platform/text.ts";

/** Which dead jobs; what is left out narrows nothing. */
const filter = {
  /** The job's name, which may be one that this version does not know. */
  name: z.string().min(1).max(100).optional(),
  queue: z.enum(queueNames).optional(),
  /** An organization's address. */
  organization: z.string().min(1).max(63).optional(),
};

const ids = z.array(z.uuid()).min(1).max(100);

export const ListDeadJobs = z.strictObject({ ...filter, ...pageInput }).prefault({});
export type ListDeadJobs = z.infer<typeof ListDeadJobs>;

export const DeadJobId = z.strictObject({ id: z.uuid() });
export type DeadJobId = z.infer<typeof DeadJobId>;

/** Some dead jobs, or all that a filter chooses. */
export const ReplayDeadJobs = z.union([
  z.strictObject({ ids }),
  z.strictObject({ all: z.strictObject(filter) }),
]);
export type ReplayDeadJobs = z.infer<typeof ReplayDeadJobs>;

const discardReasonMax = 200;
export const DiscardDeadJobs = z.strictObject({ ids, reason: line(discardReasonMax) });
export type DiscardDeadJobs = z.infer<typeof DiscardDeadJobs>;

export type DeadJob = {
  id: string;
  /** Null for the platform's own. */
  organization: { id: string; slug: string; name: string } | null;
  name: string;
  queue: string;
  attempts: number;
  error: string | null;
  requestId: string | null;
  createdAt: Date;
};

/** What went wrong at one try. */
export type JobFailure = { at: Date; try: number; error: string };

export type DeadJobDetail = DeadJob & {
  /** Ids, never an organization's data. */
  payload: Record<string, unknown>;
  /** The oldest first, as far as they were kept; tries before a replay among them. */
  failures: JobFailure[];
  /** Tries that the job has; null when this version does not know it. */
  attemptsMax: number | null;
};
