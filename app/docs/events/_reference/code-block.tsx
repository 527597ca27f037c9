import { CopyButton } from "#app/_ui/copy-button.tsx";

/** A program or a body to read and to take along. */
export function CodeBlock({ title, text }: { title: string; text: string }) {
  return (
    <figure className="mt-3 rounded-lg border border-line bg-sunken">
      <figcaption className="flex items-center justify-between gap-3 border-b border-line py-1 pr-1.5 pl-4 text-sm text-ink-muted">
        {title}
        <CopyButton text={text} label={`Copy: ${title}`} />
      </figcaption>
      <pre className="p-4 font-mono text-xs leading-5 break-words whitespace-pre-wrap text-ink">{text}</pre>
    </figure>
  );
}
