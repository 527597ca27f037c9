import { z } from "zod";

export const ListDeadJobs = z.strictObject({
  /** The last job of the page before. */
  after: z.uuid().optional(),
  limit: z.number().int().min(1).max(100).default(50),
});
export type ListDeadJobs = z.infer<typeof ListDeadJobs>;

/** One dead job, or every dead job of one name. */
export const ReplayDeadJobs = z.union([
  z.strictObject({ id: z.uuid() }),
  z.strictObject({ name: z.string().min(1).max(100) }),
]);
export type ReplayDeadJobs = z.infer<typeof ReplayDeadJobs>;

export const DiscardDeadJob = z.strictObject({ id: z.uuid() });
export type DiscardDeadJob = z.infer<typeof DiscardDeadJob>;
