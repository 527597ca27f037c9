import type { Entry } from "#app/docs/api/_reference/entries.ts";

/** All operations by their part, as links within the page. */
export function Contents({ groups }: { groups: { tag: string; title: string; entries: Entry[] }[] }) {
  return (
    <nav aria-label="Operations" className="text-sm">
      {groups.map(({ tag, title, entries }) => (
        <div key={tag} className="mb-4">
          <p className="px-2 pb-1 text-xs font-medium text-ink-subtle">{title}</p>
          <ul>
            {entries.map(({ operation }) => (
              <li key={operation.operationId}>
                <a
                  href={`#${operation.operationId}`}
                  className="flex min-h-7 items-center rounded-md px-2 py-0.5 text-ink-muted hover:bg-hover hover:text-ink"
                >
                  {operation.summary}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
