import type { ReactNode } from "react";
import { CopyButton } from "#app/_ui/copy-button.tsx";

/** A line of a sheet's list of facts. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-subtle">{name}</dt>
      <dd className="min-w-0 break-words text-ink">{children}</dd>
    </>
  );
}

/** A fact that is an id, to be copied. */
export function IdFact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="self-center text-ink-subtle">{name}</dt>
      <dd className="flex min-w-0 items-center gap-1 text-ink">
        <span className="clip-line font-mono text-xs">{value}</span>
        <CopyButton text={value} label={`Copy the ${name.toLowerCase()}`} />
      </dd>
    </>
  );
}
