import type { z } from "zod";

/** One type of event. `example` is data as it arrives. */
export type EventDefinition<Data extends z.ZodObject> = {
  description: string;
  data: Data;
  example: z.infer<Data>;
};

/** Holds an example to its schema as it is written. */
export function event<Data extends z.ZodObject>(definition: EventDefinition<Data>): EventDefinition<Data> {
  return definition;
}

/** Ids that examples share, so that they tell one story. */
export const exampleIds = {
  organization: "01936f2a-7c00-7000-8000-0000000000a0",
  member: "01936f2a-7c00-7000-8000-0000000000a1",
  account: "01936f2a-7c00-7000-8000-0000000000a2",
  invite: "01936f2a-7c00-7000-8000-0000000000a3",
  role: "01936f2a-7c00-7000-8000-0000000000a4",
  apiKey: "01936f2a-7c00-7000-8000-0000000000a5",
  project: "01936f2a-7c00-7000-8000-0000000000a6",
  task: "01936f2a-7c00-7000-8000-0000000000a7",
  run: "01936f2a-7c00-7000-8000-0000000000a8",
  stream: "01936f2a-7c00-7000-8000-0000000000a9",
  endpoint: "01936f2a-7c00-7000-8000-0000000000aa",
  event: "01936f2a-7c00-7000-8000-0000000000ff",
} as const;
