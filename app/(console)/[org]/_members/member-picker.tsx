"use client";

import { useState, type ReactNode } from "react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { UserX } from "lucide-react";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Avatar } from "#app/_ui/avatar.tsx";
import { Combobox, type ComboboxOption } from "#app/_ui/combobox.tsx";
import { useSettled } from "#app/_ui/settled.ts";

const settleMs = 160;
const shownMax = 20;

export type Person = { id: string; name: string };

type MemberPickerProps = {
  label: string;
  /** A member's id; null for no one. */
  value: string | null;
  onChange: (person: Person | null) => void;
  trigger: ReactNode;
  /** What "no one" is called here. */
  noneLabel: string;
  align?: "start" | "end";
};

/** One member of the organization, or no one; the server searches. */
export function MemberPicker({
  label,
  value,
  onChange,
  trigger,
  noneLabel,
  align = "start",
}: MemberPickerProps) {
  const api = useApi();
  const { me } = useOrganization();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const search = useSettled(text.trim(), settleMs);
  const members = useQuery({
    ...api.members.list.queryOptions({ ...(search ? { search } : {}), limit: shownMax }),
    enabled: open,
    placeholderData: keepPreviousData,
  });
  const people = members.data?.items ?? [];
  return (
    <Combobox
      label={label}
      trigger={trigger}
      align={align}
      value={value ?? none}
      loading={members.isFetching}
      onOpenChange={setOpen}
      onSearch={setText}
      options={search ? people.map(toOption) : firstOptions(people, me, noneLabel)}
      onValueChange={(id) => {
        const person = [{ id: me.memberId, name: me.name }, ...people].find(
          (candidate) => candidate.id === id,
        );
        if (id !== (value ?? none)) onChange(person ? { id: person.id, name: person.name } : null);
      }}
    />
  );
}

/** Stands for "no one" among ids; no id looks like it. */
const none = "none";

function toOption(member: { id: string; name: string; email: string }): ComboboxOption {
  return { value: member.id, label: member.name, hint: member.email, icon: <Avatar name={member.name} /> };
}

/** Before a search: no one and oneself first, for these are chosen most. */
function firstOptions(
  people: readonly { id: string; name: string; email: string }[],
  me: { memberId: string; name: string; email: string },
  noneLabel: string,
): ComboboxOption[] {
  const others = people.filter((person) => person.id !== me.memberId);
  const own = toOption({ id: me.memberId, name: me.name, email: me.email });
  return [
    {
      value: none,
      label: noneLabel,
      icon: (
        <span className="grid size-6 place-items-center text-ink-subtle">
          <UserX aria-hidden />
        </span>
      ),
    },
    { ...own, label: `${me.name} (you)` },
    ...others.map(toOption),
  ];
}
