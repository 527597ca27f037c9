import { expect, test } from "vitest";
import { formatMoney, formatPrice } from "./money.ts";

test("an amount is counted in the smallest unit that its currency has", () => {
  expect(formatMoney(123_456, "usd")).toBe("$1,234.56");
  expect(formatMoney(1_234, "JPY")).toBe("¥1,234");
  expect(formatMoney(1_234, "kwd").replace(/\s/u, " ")).toBe("KWD 1.234");
  expect(formatMoney(-500, "eur")).toBe("-€5.00");
});

test("Stripe counts some currencies otherwise than their standard does", () => {
  expect(formatMoney(500, "ugx").replace(/\s/u, " ")).toBe("UGX 5");
  expect(formatMoney(500, "mga").replace(/\s/u, " ")).toMatch(/^MGA 500/);
});

test("a round price says no hundredths", () => {
  expect(formatPrice(1_500, "usd")).toBe("$15");
  expect(formatPrice(1_250, "usd")).toBe("$12.50");
  expect(formatPrice(1_500, "jpy")).toBe("¥1,500");
});
