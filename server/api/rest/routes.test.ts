import { expect, test } from "vitest";
import { appRouter } from "../root.ts";
import { parameterOf, restRoutes } from "./match.ts";
import { isForPeople, listedProcedures } from "./routes.ts";

const procedures = listedProcedures(appRouter);

test("every procedure that a key could call has a place at the REST door, or says that apps have no use for it", () => {
  const undecided = procedures.filter((one) => !isForPeople(one) && one.meta?.rest === undefined);
  expect(undecided.map(({ path }) => path)).toEqual([]);
});

test("no procedure that is for people alone has a place there", () => {
  const open = procedures.filter((one) => isForPeople(one) && one.meta?.rest);
  expect(open.map(({ path }) => path)).toEqual([]);
});

test("no two addresses are one, and each is written in one way", () => {
  const addresses = restRoutes().map(({ method, steps }) =>
    [method, ...steps.map((step) => (parameterOf(step) === null ? step : "{}"))].join("/"),
  );
  expect(new Set(addresses).size).toBe(addresses.length);
  const odd = restRoutes().filter(
    ({ steps }) => !steps.every((step) => /^([a-z]+(-[a-z]+)*|\{\w+\})$/.test(step)),
  );
  expect(odd.map(({ procedure }) => procedure.rest)).toEqual([]);
});

test("a read is a GET, a change is none, and what stands in braces is in the input", () => {
  for (const { method, procedure, schema, steps } of restRoutes()) {
    expect(method === "GET", procedure.path).toBe(procedure.type === "query");
    const names = steps.flatMap((step) => parameterOf(step) ?? []);
    expect(Object.keys(schema.properties ?? {}), procedure.path).toEqual(expect.arrayContaining(names));
  }
});
