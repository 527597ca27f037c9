import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../../api/root.ts";

// What the compiler is asked for when the client package and the REST document are made.

export type Inputs = inferRouterInputs<AppRouter>;
export type Outputs = inferRouterOutputs<AppRouter>;
/** The procedures themselves, whose declarations lead to their verbs. */
export type Procedures = AppRouter["_def"]["record"];
