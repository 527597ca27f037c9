"use client";

import { CircleAlert, CircleCheck } from "lucide-react";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { DialogActions } from "#app/_ui/dialog.tsx";
import { useWayOut } from "#app/_ui/way-out.tsx";
import type { InviteResult } from "#server/invites/schema.ts";

type InviteResultsProps = {
  results: readonly InviteResult[];
  /** Begins again with these addresses. */
  onAgain: (emails: string[]) => void;
  onClose: () => void;
};

/** What became of each address; those that were not invited stand first. */
export function InviteResults({ results, onAgain, onClose }: InviteResultsProps) {
  const refused = results.filter(({ outcome }) => outcome !== "invited");
  const invited = results.filter(({ outcome }) => outcome === "invited");
  // Who is a member or invited already needs no second try.
  const again = refused.filter(({ outcome }) => outcome === "not_an_address" || outcome === "no_seat");
  return (
    <div className="flex flex-col gap-4">
      <output className="font-medium text-ink">
        {invited.length} invited{refused.length > 0 && `, ${refused.length} not`}
      </output>
      <ul
        aria-label="Results"
        className="max-h-80 divide-y divide-line overflow-y-auto rounded-lg border border-line"
      >
        {[...refused, ...invited].map((result, index) => (
          // The same address can stand in the list twice.
          // oxlint-disable-next-line react/no-array-index-key
          <ResultLine key={index} result={result} />
        ))}
      </ul>
      {refused.some(({ outcome }) => outcome === "no_seat") && <NoSeat />}
      <DialogActions>
        {again.length > 0 && (
          <Button onClick={() => onAgain(again.map(({ email }) => email))}>Correct {again.length}</Button>
        )}
        <Button variant="primary" onClick={onClose} data-autofocus>
          Done
        </Button>
      </DialogActions>
    </div>
  );
}

function NoSeat() {
  const { action, words } = useWayOut("limit_reached");
  return <Banner actions={action}>A greater plan has more seats. {words}</Banner>;
}

function ResultLine({ result: { email, outcome, message } }: { result: InviteResult }) {
  const invited = outcome === "invited";
  const Icon = invited ? CircleCheck : CircleAlert;
  return (
    <li className="flex items-start gap-2.5 px-3.5 py-2">
      <Icon
        aria-hidden
        className={`mt-[3px] size-4 shrink-0 ${invited ? "text-success-text" : "text-warning-text"}`}
      />
      <span className="min-w-0">
        <span className="block wrap-anywhere text-ink">{email}</span>
        <span className="block text-sm text-ink-subtle">{message ?? "Invited"}</span>
      </span>
    </li>
  );
}
