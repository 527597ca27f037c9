import { expect, test } from "vitest";
import {
  changesOf,
  differencesOf,
  EndpointForm,
  inputOf,
  mergeEndpoint,
  newEndpoint,
  readPauses,
  writePauses,
} from "#app/(console)/[org]/webhooks/_editor/endpoint-values.ts";
import { CreateEndpoint, schedulePresets } from "#server/webhooks/schema.ts";

const filled: EndpointForm = { ...newEndpoint, url: "https://hooks.example.com/astra" };

test("pauses are read as they are written", () => {
  expect(readPauses("5s, 5m, 1h")).toEqual([5, 300, 3_600]);
  expect(readPauses("90 2d")).toEqual([90, 172_800]);
  expect(readPauses("")).toEqual([]);
  for (const wrong of ["soon", "0", "1.5h", "-1", "5w"]) expect(readPauses(wrong)).toBeNull();
  for (const pauses of Object.values(schedulePresets))
    expect(readPauses(writePauses(pauses))).toEqual(pauses);
});

test("what the form takes the procedure takes as well", () => {
  expect(EndpointForm.safeParse(filled).success).toBe(true);
  expect(CreateEndpoint.safeParse(inputOf(filled)).success).toBe(true);
  const own = { ...filled, schedule: "own" as const, pauses: "1s, 1s", perSecond: "5" };
  expect(inputOf(own)).toMatchObject({ schedule: [1, 1], perSecond: 5, concurrency: 10 });
});

test("what is wrong is said at its field", () => {
  const wrong: EndpointForm = {
    ...filled,
    schedule: "own",
    pauses: "soon",
    perSecond: "0",
    headers: [
      { name: "x-team", value: "", known: false },
      { name: "X-Team", value: "blue", known: false },
    ],
  };
  const paths = EndpointForm.safeParse(wrong).error?.issues.map(({ path }) => path.join("."));
  expect(new Set(paths)).toEqual(new Set(["pauses", "perSecond", "headers.0.value", "headers"]));
});

test("only what was changed is sent, and a header that stands keeps its value", () => {
  const before = { ...filled, headers: [{ name: "x-team", value: "", known: true }] };
  expect(changesOf(before, { ...before, description: "Billing" })).toEqual({ description: "Billing" });
  const more = { ...before, headers: [...before.headers, { name: "x-key", value: "1", known: false }] };
  expect(changesOf(before, more)).toEqual({ headers: [{ name: "x-team" }, { name: "x-key", value: "1" }] });
  // The preset's pauses are typed nowhere.
  expect(changesOf(before, { ...before, pauses: "1s" })).toEqual({});
});

test("one's own changes stand on top of somebody else's", () => {
  const mine = { ...filled, description: "Mine", perSecond: "5" };
  const theirs = { ...filled, description: "Theirs", types: ["project.*"] };
  expect(mergeEndpoint(filled, mine, theirs)).toEqual({ ...mine, types: ["project.*"] });
  expect(differencesOf(filled, theirs)).toEqual(["the description", "the events"]);
});
