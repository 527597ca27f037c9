"use client";

import { useState } from "react";
import { ActForm } from "#app/(console)/[org]/_access/act-form.tsx";
import { countOf } from "#app/(console)/[org]/_access/permission-words.ts";
import { CsvButton } from "#app/(console)/[org]/members/invites/csv-button.tsx";
import { useInviteActs } from "#app/(console)/[org]/members/invites/mutations.ts";
import { invitesMax, parseInvites } from "#app/(console)/[org]/members/invites/parse-invites.ts";
import { useSeats } from "#app/(console)/[org]/members/seats-note.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { InviteResult } from "#server/invites/schema.ts";
import type { RoleRow } from "#server/roles/schema.ts";

const problemsShown = 4;

type InviteFormProps = {
  roles: readonly RoleRow[];
  firstText: string;
  onDone: (results: readonly InviteResult[]) => void;
  onCancel: () => void;
};

/** Addresses as people have them (typed, pasted, from a file), and the role of those that name none. */
export function InviteForm({ roles, firstText, onDone, onCancel }: InviteFormProps) {
  const { create } = useInviteActs();
  const mine = roles.filter((role) => !role.acts.assign);
  const [text, setText] = useState(firstText);
  const [roleId, setRoleId] = useState(mine.find(({ key }) => key === "viewer")?.id ?? mine[0]?.id);
  const { rows, problems } = parseInvites(text, mine);
  const left = useSeatsLeft();
  const missing = whyNotYet(rows.length, problems.length, roleId);

  async function send(): Promise<void> {
    if (!roleId) return;
    const invites = rows.map((row) => ({ email: row.email, roleId: row.roleId ?? roleId }));
    onDone((await create(invites)).results);
  }

  return (
    <ActForm
      label="Invite people"
      actLabel={rows.length > 1 ? `Send ${rows.length} invites` : "Send invite"}
      disabledReason={missing}
      onAct={send}
      onCancel={onCancel}
    >
      <Field
        label="E-mail addresses"
        aside={
          <CsvButton onText={(added) => setText((known) => [known, added].filter(Boolean).join("\n"))} />
        }
        hint={
          rows.length > 0 ? tally(rows) : `One or many, up to ${invitesMax}. A role can follow an address.`
        }
      >
        <Textarea
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder={"ada@example.com\nben@example.com, editor"}
          rows={4}
          data-autofocus
          autoCapitalize="none"
          spellCheck={false}
        />
      </Field>
      {problems.length > 0 && <Problems problems={problems} />}
      <Field
        label="Role"
        hint={mine.length < roles.length ? "Roles that permit more than yours are left out." : undefined}
      >
        <Select
          value={roleId}
          onValueChange={setRoleId}
          options={mine.map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Field>
      {left !== null && left < Math.max(1, rows.length) && (
        <Banner tone="warning">
          {left === 0 ? "All seats of your plan are taken." : `Your plan has ${countOf(left, "seat")} left.`}{" "}
          Those beyond are not invited.
        </Banner>
      )}
    </ActForm>
  );
}

function useSeatsLeft(): number | null {
  const seats = useSeats();
  return seats && seats.limit !== null ? Math.max(0, seats.limit - seats.used) : null;
}

function whyNotYet(rows: number, problems: number, roleId: string | undefined): string | null {
  if (!roleId) return "There is no role that you can give";
  if (problems > 0) return "Some lines are not understood";
  if (rows === 0) return "Enter an address first";
  return rows > invitesMax ? `At most ${invitesMax} at once` : null;
}

function tally(rows: readonly { roleId: string | null }[]): string {
  const own = rows.filter((row) => row.roleId !== null).length;
  return `${countOf(rows.length, "address", "addresses")}${own > 0 ? `, ${own} with a role of their own` : ""}`;
}

function Problems({ problems }: { problems: readonly string[] }) {
  return (
    <Banner tone="danger" urgent title="Not everything is understood">
      <ul className="list-disc pl-4">
        {problems.slice(0, problemsShown).map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
        {problems.length > problemsShown && <li>and {problems.length - problemsShown} more</li>}
      </ul>
    </Banner>
  );
}
