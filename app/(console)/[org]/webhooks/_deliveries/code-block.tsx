import { CopyButton } from "#app/_ui/copy-button.tsx";
import { Textarea } from "#app/_ui/input.tsx";

const rowsMax = 16;

type CodeBlockProps = {
  /** What it is, for a screen reader: "Body of the request". */
  label: string;
  text: string;
  /** What is copied, where that differs from what is shown; without it nothing can be copied. */
  copy?: string;
  copyLabel?: string;
};

/** A text of programs. As a field that is only read it scrolls by keyboard, and can be marked as a whole. */
export function CodeBlock({ label, text, copy, copyLabel = `Copy: ${label}` }: CodeBlockProps) {
  return (
    <div className="relative">
      <Textarea
        readOnly
        aria-label={label}
        value={text}
        rows={Math.min(rowsMax, text.split("\n").length)}
        spellCheck={false}
        className="min-h-9 resize-y border-line pr-11 font-mono text-xs shadow-none"
      />
      {copy !== undefined && (
        <span className="absolute top-1 right-1">
          <CopyButton text={copy} label={copyLabel} />
        </span>
      )}
    </div>
  );
}
