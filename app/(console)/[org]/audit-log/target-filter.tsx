"use client";

import { useId, useState } from "react";
import { nounOf, sentenceCase } from "#app/(console)/[org]/_audit/words.ts";
import { FilterPopover } from "#app/(console)/[org]/audit-log/filter-popover.tsx";
import type { AuditSearch } from "#app/(console)/[org]/audit-log/search-params.ts";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";

/** Offered while one types; the log may know others. */
const usualTypes = ["project", "task", "member", "role", "organization", "api_key", "audit", "audit_stream"];

type TargetFilterProps = { search: AuditSearch; onChange: (change: Partial<AuditSearch>) => void };

/** Narrows the log to one type of target, or to a single one. */
export function TargetFilter({ search, onChange }: TargetFilterProps) {
  const [type, setType] = useState("");
  const [id, setId] = useState("");
  const listId = useId();
  return (
    <FilterPopover
      label="Target"
      shown={shownOf(search)}
      onOpen={() => {
        setType(search.type ?? "");
        setId(search.target ?? "");
      }}
      onClear={() => onChange({ type: null, target: null })}
      onApply={() => {
        onChange({ type: type.trim() || null, target: id.trim() || null });
        return true;
      }}
    >
      <Field label="Type" hint="Like project, task or member.">
        <Input
          value={type}
          onChange={(event) => setType(event.target.value)}
          list={listId}
          maxLength={100}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      </Field>
      <datalist id={listId}>
        {usualTypes.map((usual) => (
          <option key={usual} value={usual}>
            {sentenceCase(nounOf(usual))}
          </option>
        ))}
      </datalist>
      <Field label="ID">
        <Input
          value={id}
          onChange={(event) => setId(event.target.value)}
          maxLength={200}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono"
        />
      </Field>
    </FilterPopover>
  );
}

function shownOf({ type, target }: AuditSearch): string | null {
  if (target) return type ? `one ${nounOf(type)}` : "one target";
  return type ? sentenceCase(nounOf(type)) : null;
}
