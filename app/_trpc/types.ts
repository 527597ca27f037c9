import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/api/root.ts";

export type Inputs = inferRouterInputs<AppRouter>;
export type Outputs = inferRouterOutputs<AppRouter>;

export type Organization = Outputs["organization"]["get"];

export type SearchParams = Record<string, string | string[] | undefined>;

/** What Next hands to a page. */
export type PageInput<Params> = { params: Promise<Params>; searchParams: Promise<SearchParams> };
