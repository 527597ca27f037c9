import type { EventEntry } from "#app/docs/events/_reference/event-entries.ts";

type EventContentsProps = {
  chapters: readonly { id: string; title: string }[];
  groups: { kind: string; title: string; entries: EventEntry[] }[];
};

const link =
  "flex min-h-7 items-center rounded-md px-2 py-1 text-xs text-ink-muted hover:bg-hover hover:text-ink";

/** The chapters and all types, as links within the page. */
export function EventContents({ chapters, groups }: EventContentsProps) {
  return (
    <nav aria-label="On this page" className="text-sm">
      <ul className="mb-4">
        {chapters.map(({ id, title }) => (
          <li key={id}>
            <a href={`#${id}`} className={link}>
              {title}
            </a>
          </li>
        ))}
      </ul>
      {groups.map(({ kind, title, entries }) => (
        <div key={kind} className="mb-4">
          <p className="px-2 pb-1 text-xs font-medium text-ink-subtle">{title}</p>
          <ul>
            {entries.map(({ type }) => (
              <li key={type}>
                <a href={`#${type}`} className={`${link} font-mono break-all`}>
                  {type}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
