import { Badge } from "#app/_ui/badge.tsx";
import type { OpenStripeEvent } from "#server/operator/schema.ts";

const looks = {
  unresolved: { tone: "warning", label: "Unresolved" },
  failed: { tone: "danger", label: "Failed" },
} as const;

/** Why an event waits, in a word. */
export function EventState({ state }: { state: OpenStripeEvent["state"] }) {
  const { tone, label } = looks[state];
  return <Badge tone={tone}>{label}</Badge>;
}
