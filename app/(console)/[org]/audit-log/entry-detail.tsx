"use client";

import { useId, type ReactNode } from "react";
import { ListFilter } from "lucide-react";
import { actorKinds, nounOf, sentenceCase } from "#app/(console)/[org]/_audit/words.ts";
import { ActorMark } from "#app/(console)/[org]/audit-log/actor-mark.tsx";
import { ChangeList } from "#app/(console)/[org]/audit-log/change-list.tsx";
import type { AuditSearch } from "#app/(console)/[org]/audit-log/search-params.ts";
import { CopyButton } from "#app/_ui/copy-button.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { ClockTime, RelativeTime } from "#app/_ui/relative-time.tsx";
import type { AuditEntry } from "#server/audit/schema.ts";

type DetailProps = { entry: AuditEntry; onFilter: (change: Partial<AuditSearch>) => void };

/** Everything that an entry says. */
export function EntryDetail({ entry, onFilter }: DetailProps) {
  const wanted = Object.keys(entry.before).length === 0 && "input" in entry.after;
  return (
    <>
      <Part title={wanted ? "What was asked for" : "What changed"}>
        <ChangeList entry={entry} />
      </Part>
      <Part title="Who, what, when">
        <Facts entry={entry} onFilter={onFilter} />
      </Part>
      <Part title="Proof">
        <Proof entry={entry} />
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id} className="mb-2 text-sm font-semibold text-ink">
        {title}
      </h3>
      {children}
    </section>
  );
}

function Facts({ entry, onFilter }: DetailProps) {
  const { action, actor, impersonator, target, ip, userAgent, requestId } = entry;
  const kind = actorKinds[actor.kind];
  return (
    <dl className="flex flex-col text-base">
      <Fact
        name="Actor"
        filter={
          actor.id
            ? { label: "Filter by this actor", change: { actor: actor.id, kind: null } }
            : { label: "Filter by this kind of actor", change: { kind: actor.kind, actor: null } }
        }
        onFilter={onFilter}
      >
        <span className="flex min-w-0 items-center gap-2">
          <ActorMark actor={actor} />
          <span className="min-w-0">
            <span className="block break-words text-ink">{actor.name || "Erased person"}</span>
            <span className="block text-xs text-ink-subtle">
              {entry.erased.actor ? "This person's data was erased" : kind}
              {impersonator && `, acted for by ${impersonator.name ?? "an operator"}`}
            </span>
          </span>
        </span>
      </Fact>
      <Fact name="Action" filter={{ label: "Filter by this action", change: { action } }} onFilter={onFilter}>
        <code className="font-mono text-sm break-all">{action}</code>
      </Fact>
      <Fact
        name="Target"
        filter={{
          label: target.id ? "Filter by this target" : "Filter by this type of target",
          change: { type: target.type, target: target.id },
        }}
        onFilter={onFilter}
      >
        <span className="block break-words text-ink">
          {target.label ||
            (entry.erased.subject && target.id ? "Erased person" : sentenceCase(nounOf(target.type)))}
        </span>
        <span className="block text-xs break-all text-ink-subtle">
          {target.type}
          {target.id && (
            <>
              {" "}
              <span className="font-mono">{target.id}</span>
            </>
          )}
        </span>
      </Fact>
      <Fact name="Time">
        <span className="block text-ink">
          <ClockTime date={entry.at} /> <span className="text-ink-subtle">(</span>
          <span className="text-ink-subtle">
            <RelativeTime date={entry.at} />)
          </span>
        </span>
        <span className="tabular block font-mono text-xs text-ink-subtle">{entry.at.toISOString()}</span>
      </Fact>
      {ip && (
        <Fact name="Address" filter={{ label: "Filter by this address", change: { ip } }} onFilter={onFilter}>
          <code className="font-mono text-sm">{ip}</code>
        </Fact>
      )}
      {userAgent && (
        <Fact name="Program">
          <span className="text-sm break-words">{userAgent}</span>
        </Fact>
      )}
      {requestId && (
        <Fact name="Request" copy={{ text: requestId, label: "Copy the request ID" }}>
          <code className="font-mono text-sm break-all">{requestId}</code>
        </Fact>
      )}
    </dl>
  );
}

function Proof({ entry }: { entry: AuditEntry }) {
  const { id, seq, hash, previousHash } = entry;
  return (
    <dl className="flex flex-col text-base">
      <Fact name="Place">
        {seq === null ? (
          "Waits for its seal; that takes a few seconds."
        ) : (
          <span className="tabular">No. {seq}</span>
        )}
      </Fact>
      <Fact name="Entry" copy={{ text: id, label: "Copy the entry's ID" }}>
        <code className="font-mono text-sm break-all">{id}</code>
      </Fact>
      {hash && (
        <Fact name="Seal" copy={{ text: hash, label: "Copy the seal" }}>
          <code className="font-mono text-xs break-all">{hash}</code>
        </Fact>
      )}
      {previousHash && (
        <Fact name="Seal before" copy={{ text: previousHash, label: "Copy the seal before" }}>
          <code className="font-mono text-xs break-all">{previousHash}</code>
        </Fact>
      )}
    </dl>
  );
}

type FactProps = {
  name: string;
  children: ReactNode;
  copy?: { text: string; label: string };
  filter?: { label: string; change: Partial<AuditSearch> };
  onFilter?: (change: Partial<AuditSearch>) => void;
};

function Fact({ name, children, copy, filter, onFilter }: FactProps) {
  return (
    <div className="grid grid-cols-[5.5rem_minmax(0,1fr)] items-start gap-x-3 border-b border-line py-1.5 last:border-b-0">
      <dt className="py-1 text-sm text-ink-subtle">{name}</dt>
      <dd className="flex min-h-7 min-w-0 items-start justify-between gap-2 text-ink-muted">
        <span className="min-w-0 py-0.5">{children}</span>
        {copy && <CopyButton {...copy} />}
        {filter && onFilter && (
          <IconButton label={filter.label} size="sm" onClick={() => onFilter(filter.change)}>
            <ListFilter aria-hidden />
          </IconButton>
        )}
      </dd>
    </div>
  );
}
