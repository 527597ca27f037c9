import type { ShownHeader } from "#server/webhooks/schema.ts";

/** Headers by name; of the organization's own the name alone. */
export function HeaderList({ label, headers }: { label: string; headers: readonly ShownHeader[] }) {
  if (headers.length === 0) return null;
  return (
    <dl
      aria-label={label}
      className="grid gap-x-3 rounded-lg border border-line px-3.5 py-2 font-mono text-xs sm:grid-cols-[auto_minmax(0,1fr)]"
    >
      {headers.map(({ name, value }) => (
        <div key={name} className="contents">
          <dt className="pt-1 text-ink-subtle">{name}</dt>
          <dd className="pt-1 break-all text-ink">
            {value ?? <span className="font-sans text-ink-subtle">not shown</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
