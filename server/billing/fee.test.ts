import { expect, test } from "vitest";

import { env, parseEnvironment } from "../platform/env.ts";
import { feeRule, platformFee, standardFee } from "./fee.ts";

const others = { ...process.env, PLATFORM_FEE_PERCENT: "", PLATFORM_FEE_FIXED: "" };
const ruleOf = (PLATFORM_FEE_PERCENT: string, PLATFORM_FEE_FIXED: string) => {
  const read = parseEnvironment({ ...others, PLATFORM_FEE_PERCENT, PLATFORM_FEE_FIXED });
  return { basisPoints: read.PLATFORM_FEE_PERCENT, fixedHundredths: read.PLATFORM_FEE_FIXED };
};

test.each([
  // 0.5 % of 100.00 and 0.25.
  [10_000, "usd", 75],
  [10_000, "EUR", 75],
  // 0.5 % of 1.00 is half a cent: up.
  [100, "usd", 26],
  [99, "usd", 25],
  [1, "usd", 1],
  [20, "usd", 20],
  [0, "usd", 0],
  // 0.5 % of 10,000 yen is 50, and a quarter of a yen more is not a yen.
  [10_000, "jpy", 50],
  // 0.5 % of 50 yen and the quarter make half a yen: up.
  [50, "jpy", 1],
  [49, "jpy", 0],
  // 0.5 % of 100 dinars of 1,000 fils, and 250 fils.
  [100_000, "kwd", 750],
  [Number.MAX_SAFE_INTEGER, "usd", 45_035_996_273_730],
])("the standard fee on %d %s is %d", (amount, currency, fee) => {
  expect(platformFee(amount, currency, standardFee)).toBe(fee);
});

test("the rule is configured", () => {
  expect(platformFee(10_000, "usd", { basisPoints: 0, fixedHundredths: 0 })).toBe(0);
  expect(platformFee(10_000, "usd", { basisPoints: 290, fixedHundredths: 30 })).toBe(320);
});

test("is set by two numbers with up to two decimals, and is the standard one where nothing is set", () => {
  expect(ruleOf("", "")).toEqual(standardFee);
  expect(ruleOf("2.9", "0.30")).toEqual({ basisPoints: 290, fixedHundredths: 30 });
  expect(ruleOf("0.07", "1000")).toEqual({ basisPoints: 7, fixedHundredths: 100_000 });
  expect(ruleOf("100", "0")).toEqual({ basisPoints: 10_000, fixedHundredths: 0 });
});

test.each([
  ["100.01", "0"],
  ["0.005", "0"],
  ["-1", "0"],
  ["1e2", "0"],
  ["1,5", "0"],
  ["0", "1000.01"],
])("is not set to %s %% and %s", (percent, fixed) => {
  expect(() => ruleOf(percent, fixed)).toThrow("PLATFORM_FEE");
});

test("there is none where both are nothing", () => {
  const before = { ...env() };
  expect(feeRule()).toEqual(standardFee);
  Object.assign(env(), { PLATFORM_FEE_PERCENT: 0, PLATFORM_FEE_FIXED: 0 });
  expect(feeRule()).toBeNull();
  Object.assign(env(), { PLATFORM_FEE_FIXED: 1 });
  expect(feeRule()).toEqual({ basisPoints: 0, fixedHundredths: 1 });
  Object.assign(env(), before);
});

test.each([[-1], [1.5], [Number.NaN], [Number.MAX_SAFE_INTEGER + 1]])("an amount of %d is none", (amount) => {
  expect(() => platformFee(amount, "usd", standardFee)).toThrow("whole numbers");
});

test("a currency is three letters", () => {
  expect(() => platformFee(1, "dollars", standardFee)).toThrow("currency");
});
