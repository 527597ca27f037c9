import type { ReactNode } from "react";

type FigureProps = { label: string; value: ReactNode; note: ReactNode; alarming?: boolean };

/** One figure with its name, and what it means. */
export function Figure({ label, value, note, alarming = false }: FigureProps) {
  return (
    <div className="flex flex-col gap-1 rounded-xl border border-line bg-surface p-4">
      <dt className="text-sm text-ink-muted">{label}</dt>
      <dd className="flex flex-col">
        <span className={`text-3xl font-semibold ${alarming ? "text-danger-text" : "text-ink"}`}>
          {value}
        </span>
        <span className="text-sm text-ink-subtle">{note}</span>
      </dd>
    </div>
  );
}
