import type { Entry } from "#app/docs/api/_reference/entries.ts";

/** What all addresses begin with. */
const below = "/api/v1/{organization}";

/** All operations by their part, as links within the page. */
export function Contents({ groups }: { groups: { tag: string; title: string; entries: Entry[] }[] }) {
  return (
    <nav aria-label="Operations" className="text-sm">
      {groups.map(({ tag, title, entries }) => (
        <div key={tag} className="mb-4">
          <p className="px-2 pb-1 text-xs font-medium text-ink-subtle">{title}</p>
          <ul>
            {entries.map(({ method, path, operation }) => (
              <li key={operation.operationId}>
                <a
                  href={`#${operation.operationId}`}
                  title={operation.summary}
                  className="flex min-h-7 items-baseline gap-2 rounded-md px-2 py-1 font-mono text-xs text-ink-muted hover:bg-hover hover:text-ink"
                >
                  <span className="w-12 shrink-0 text-ink-subtle">{method.toUpperCase()}</span>
                  <span className="min-w-0 break-words">{path.replace(below, "") || "/"}</span>
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
