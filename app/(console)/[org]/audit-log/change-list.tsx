import type { ReactNode } from "react";
import { ArrowRight } from "lucide-react";
import {
  fieldChanges,
  isLongText,
  listChange,
  valueText,
  type FieldChange,
} from "#app/(console)/[org]/audit-log/field-changes.ts";
import { textDiff } from "#app/(console)/[org]/audit-log/text-diff.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { cn } from "#app/_ui/class-names.ts";
import type { AuditEntry } from "#server/audit/schema.ts";

const removed = "rounded-sm bg-danger-soft px-1 text-danger-text decoration-danger-text/60";
const added = "rounded-sm bg-success-soft px-1 text-success-text no-underline";

/** What an entry changed, field by field. */
export function ChangeList({ entry }: { entry: AuditEntry }) {
  const changes = fieldChanges(entry);
  if (changes.length === 0) return <p className="text-base text-ink-subtle">Nothing was changed by this.</p>;
  return (
    <dl className="divide-y divide-line rounded-lg border border-line">
      {changes.map((change) => (
        <div key={change.path} className="px-3 py-2.5">
          <dt className="mb-1 flex items-center gap-2 text-xs text-ink-subtle">
            <span className="break-words">{change.label}</span>
            {change.personal && <Badge tone="violet">Personal</Badge>}
          </dt>
          <dd className="min-w-0 text-base break-words text-ink">
            <Change change={change} names={entry.names} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

type ChangeProps = { change: FieldChange; names: AuditEntry["names"] };

function Change({ change, names }: ChangeProps) {
  const { kind, before, after } = change;
  if (kind === "erased") {
    return <em className="text-ink-subtle">Erased: it was about a person who is no longer on record.</em>;
  }
  const list = listChange(before, after);
  if (list) return <ListChange {...list} />;
  const [old, now] = [valueText(before), valueText(after)];
  if (kind === "added") return <Value text={now} mark="added" names={names} />;
  if (kind === "removed") return <Value text={old} mark="removed" names={names} />;
  if (old !== null && now !== null && (isLongText(old) || isLongText(now)))
    return <LongChange old={old} now={now} />;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <Value text={old} mark="removed" names={names} />
      <ArrowRight aria-hidden className="size-3.5 text-ink-subtle" />
      <span className="sr-only">became</span>
      <Value text={now} mark="added" names={names} />
    </span>
  );
}

type ValueProps = { text: string | null; mark: "added" | "removed"; names?: AuditEntry["names"] };

/** One value; an id stands under what it is called now. */
function Value({ text, mark, names = {} }: ValueProps) {
  if (text === null) return <span className="text-ink-subtle">nothing</span>;
  const Mark = mark === "added" ? "ins" : "del";
  const name = names[text];
  if (name) {
    return (
      <span className="min-w-0">
        <Mark className={cn(mark === "added" ? added : removed, "max-w-full break-words")}>{name}</Mark>
        <code className="block px-1 font-mono text-xs break-all text-ink-subtle">{text}</code>
      </span>
    );
  }
  return (
    <Mark
      className={cn(
        mark === "added" ? added : removed,
        "max-w-full break-words whitespace-pre-wrap",
        isLongText(text) && "block py-1",
      )}
    >
      {text}
    </Mark>
  );
}

/** One text with what went and what came marked in it; two blocks where they are too long for that. */
function LongChange({ old, now }: { old: string; now: string }) {
  const parts = textDiff(old, now);
  if (!parts) {
    return (
      <span className="flex flex-col gap-1.5">
        <Value text={old} mark="removed" />
        <Value text={now} mark="added" />
      </span>
    );
  }
  return (
    <p className="whitespace-pre-wrap">
      {parts.map(({ kind, text }, index) => (
        // The parts of a text keep their order, so that the index is a stable key here.
        // oxlint-disable-next-line react/no-array-index-key
        <Part key={index} kind={kind}>
          {text}
        </Part>
      ))}
    </p>
  );
}

function Part({ kind, children }: { kind: "same" | "added" | "removed"; children: ReactNode }) {
  if (kind === "same") return children;
  return kind === "added" ? (
    <ins className={added}>{children}</ins>
  ) : (
    <del className={removed}>{children}</del>
  );
}

function ListChange({ kept, added: came, removed: went }: Record<"kept" | "added" | "removed", string[]>) {
  const keptShownMax = 8;
  return (
    <ul className="flex flex-wrap gap-1.5">
      {went.map((item) => (
        <li key={`-${item}`}>
          <Value text={item} mark="removed" />
        </li>
      ))}
      {came.map((item) => (
        <li key={`+${item}`}>
          <Value text={item} mark="added" />
        </li>
      ))}
      {kept.slice(0, keptShownMax).map((item) => (
        <li key={item} className="px-1 text-ink-muted">
          {item}
        </li>
      ))}
      {kept.length > keptShownMax && (
        <li className="px-1 text-ink-subtle">and {kept.length - keptShownMax} that stayed</li>
      )}
    </ul>
  );
}
