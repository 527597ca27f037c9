import type { AnyRouter } from "@trpc/server";
import type { z } from "zod";
import { isPermission, permissionInfo, type Permission } from "../../access/permissions.ts";
import type { ProcedureMeta, RestPlace } from "../trpc.ts";

/** A procedure as the router keeps it. */
export type Listed = {
  /** "projects.list" */
  path: string;
  type: "query" | "mutation";
  meta: ProcedureMeta | undefined;
  input: z.ZodType | undefined;
};

/** A procedure that apps can call. */
export type Exposed = Omit<Listed, "meta"> & { guard: Permission; rest: RestPlace };

/** Every procedure of a router. */
export function listedProcedures(router: AnyRouter): Listed[] {
  return Object.entries(router._def.procedures).map(([path, procedure]) => {
    // The router keeps its procedures by path; their declared type is that of the nested tree.
    const { _def } = procedure as {
      _def: { type: Listed["type"]; meta?: ProcedureMeta; inputs: z.ZodType[] };
    };
    return { path, type: _def.type, meta: _def.meta, input: _def.inputs[0] };
  });
}

/** Whether a procedure is for people alone: it is in no organization, or no API key can hold its permission. */
export function isForPeople({ meta }: Listed): boolean {
  return !meta || !isPermission(meta.guard) || permissionInfo(meta.guard).peopleOnly === true;
}

/** The procedures that apps can call, at the REST door and with the client. */
export function exposedProcedures(router: AnyRouter): Exposed[] {
  return listedProcedures(router).flatMap((procedure) => {
    const { meta, ...listed } = procedure;
    if (isForPeople(procedure) || !meta?.rest || !isPermission(meta.guard)) return [];
    return [{ ...listed, guard: meta.guard, rest: meta.rest }];
  });
}
