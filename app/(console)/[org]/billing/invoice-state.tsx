import { Badge, type BadgeTone } from "#app/_ui/badge.tsx";

const states = new Map<string, { label: string; tone: BadgeTone }>([
  ["draft", { label: "Draft", tone: "neutral" }],
  ["open", { label: "Open", tone: "warning" }],
  ["paid", { label: "Paid", tone: "success" }],
  ["void", { label: "Void", tone: "neutral" }],
  ["uncollectible", { label: "Not collected", tone: "danger" }],
]);

/** How an invoice stands; a state of Stripe's that this version does not know says its own name. */
export function InvoiceState({ status }: { status: string | null }) {
  const { label, tone } = states.get(status ?? "draft") ?? { label: status, tone: "neutral" };
  return <Badge tone={tone}>{label}</Badge>;
}
