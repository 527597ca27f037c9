"use client";

import { useState } from "react";
import { FilterPopover } from "#app/(console)/[org]/audit-log/filter-popover.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { AuditFilter } from "#server/audit/schema.ts";

type AddressFilterProps = { value: string | null; onChange: (ip: string | null) => void };

/** Narrows the log to what came from one address. */
export function AddressFilter({ value, onChange }: AddressFilterProps) {
  const [ip, setIp] = useState("");
  const [error, setError] = useState<string>();
  return (
    <FilterPopover
      label="Address"
      shown={value}
      onOpen={() => {
        setIp(value ?? "");
        setError(undefined);
      }}
      onClear={() => onChange(null)}
      onApply={() => {
        const parsed = AuditFilter.shape.ip.safeParse(ip.trim() || undefined);
        setError(parsed.error?.issues[0]?.message);
        if (parsed.success) onChange(parsed.data ?? null);
        return parsed.success;
      }}
    >
      <Field label="IP address" hint="A whole one, IPv4 or IPv6." error={error}>
        <Input
          value={ip}
          onChange={(event) => setIp(event.target.value)}
          maxLength={45}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="font-mono"
        />
      </Field>
    </FilterPopover>
  );
}
