import { z } from "zod";
import { pageInput } from "../platform/page-input.ts";

const polledMax = 200;

export const PollEvents = z
  .strictObject({
    /** The cursor of the answer before; left out, it begins with the oldest event that is kept. */
    after: z.int().min(0).optional(),
    limit: z.int().min(1).max(polledMax).default(100),
  })
  .prefault({});
export type PollEvents = z.infer<typeof PollEvents>;

export const ListEvents = z
  .strictObject({
    /** A type, or all of one kind ("project.*"). */
    type: z
      .string()
      .max(80)
      .regex(/^[a-z_]{1,40}\.(?:\*|[a-z_]{1,40})$/, "Use a type like project.created or project.*.")
      .optional(),
    /** The first moment, and the one after the last. */
    from: z.date().optional(),
    to: z.date().optional(),
    ...pageInput,
  })
  .prefault({});
export type ListEvents = z.infer<typeof ListEvents>;

export const EventById = z.strictObject({ id: z.uuid() });
export type EventById = z.infer<typeof EventById>;

export const NoInput = z.strictObject({}).optional();

/** One type of the catalogue, as pickers show it. */
export type EventTypeInfo = {
  type: string;
  /** What it is of: "project", in words for people. */
  kind: string;
  version: string;
  description: string;
};

/** How many deliveries of an event are in each state. */
export type DeliveryCounts = {
  pending: number;
  delivered: number;
  dead: number;
  held: number;
  canceled: number;
};

export type EventRow = { id: string; type: string; at: Date; deliveries: DeliveryCounts };
