import type { OpenApiDocument } from "#server/api/rest/document.ts";
import { Card } from "#app/_ui/card.tsx";
import { FieldList } from "#app/docs/api/_reference/field-list.tsx";
import { CodeBlock } from "#app/docs/events/_reference/code-block.tsx";
import type { EventEntry } from "#app/docs/events/_reference/event-entries.ts";

type EventSectionProps = { document: OpenApiDocument; entry: EventEntry };

/** One type: when it comes, what its data holds, and a whole one. */
export function EventSection({ document, entry }: EventSectionProps) {
  const { type, description, fields, required, example } = entry;
  return (
    <Card id={type} aria-labelledby={`${type}-title`} className="scroll-mt-6 px-5 py-4">
      <h3 id={`${type}-title`} className="font-mono text-base font-semibold break-words text-ink">
        {type}
      </h3>
      <p className="mt-1 max-w-prose text-sm text-ink-muted">{description}</p>
      <h4 className="mt-4 border-b border-line pb-1.5 text-sm font-medium text-ink">Data</h4>
      <FieldList document={document} fields={fields} required={required} />
      <details className="border-t border-line pt-2">
        <summary className="-mx-1 min-h-6 cursor-default rounded-sm px-1 text-sm text-ink-muted hover:text-ink">
          An example of {type}
        </summary>
        <CodeBlock title={type} text={example} />
      </details>
    </Card>
  );
}
