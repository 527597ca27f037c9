import { ShieldCheck, UserRound } from "lucide-react";
import type { Place } from "#app/_ui/shell/navigation.ts";

const account: Place = {
  href: "/account",
  label: "Your account",
  icon: UserRound,
  keywords: ["profile", "name", "theme"],
};
const operator: Place = {
  href: "/operator",
  label: "Operator console",
  icon: ShieldCheck,
  keywords: ["staff", "fleet"],
};

/** The person's own places, which belong to no organization. */
export function personalPlaces(me: { operator: boolean }): Place[] {
  return me.operator ? [account, operator] : [account];
}
