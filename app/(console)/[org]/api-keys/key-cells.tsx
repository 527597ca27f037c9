"use client";

import { useState } from "react";
import { Ellipsis, RefreshCw, ShieldX } from "lucide-react";
import { countOf, usePermissionWords } from "#app/(console)/[org]/_access/permission-words.ts";
import { useKeyActs } from "#app/(console)/[org]/api-keys/mutations.ts";
import { RotateKeyDialog } from "#app/(console)/[org]/api-keys/rotate-key-dialog.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { DropdownMenu, MenuItem, MenuSeparator } from "#app/_ui/dropdown-menu.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Popover } from "#app/_ui/popover.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { ApiKeyRow } from "#server/api-keys/schema.ts";

type CellProps = { apiKey: ApiKeyRow };

/** What it is called, how it ends, and whose it is. */
export function KeyNameCell({ apiKey: { name, ending, kind, own, createdBy } }: CellProps) {
  const whose = kind === "machine" ? "The organization's" : own ? "Yours" : (createdBy ?? "A former member");
  return (
    <div className="min-w-0 md:py-2">
      <p className="clip-line text-base font-medium text-ink">{name}</p>
      <p className="clip-line text-sm text-ink-subtle">
        <code className="font-mono text-xs">astra_live_…{ending}</code> · {whose}
      </p>
    </div>
  );
}

/** Its scopes; those that are not in force now stand apart. */
export function KeyScopesCell({ apiKey: { name, scopes, effective, state } }: CellProps) {
  const [open, setOpen] = useState(false);
  const wordsOf = usePermissionWords();
  const resting = state === "active" ? scopes.filter((scope) => !effective.includes(scope)) : [];
  const shown = state === "active" ? effective : scopes;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={`What ${name} can do`}
      className="max-w-80 p-3 text-sm"
      trigger={
        <Button variant="link" aria-label={`${countOf(shown.length, "scope")} of ${name}`}>
          {countOf(shown.length, "scope")}
        </Button>
      }
    >
      <ul className="flex list-disc flex-col gap-0.5 pl-4 text-ink">
        {shown.map((scope) => (
          <li key={scope}>{wordsOf(scope)}</li>
        ))}
      </ul>
      {resting.length > 0 && (
        <>
          <p className="mt-2 font-medium text-ink-muted">Not in force: its maker may not do it now</p>
          <ul className="flex list-disc flex-col gap-0.5 pl-4 text-ink-subtle">
            {resting.map((scope) => (
              <li key={scope}>{wordsOf(scope)}</li>
            ))}
          </ul>
        </>
      )}
    </Popover>
  );
}

/** When a program last called with it. */
export function KeyUsedCell({ apiKey: { lastUsedAt } }: CellProps) {
  return lastUsedAt ? <RelativeTime date={lastUsedAt} /> : <span className="text-ink-subtle">Never</span>;
}

/** Whether it opens anything, and until when. */
export function KeyEndCell({ apiKey: { state, expiresAt } }: CellProps) {
  if (state === "revoked") return <Badge tone="danger">Revoked</Badge>;
  if (state === "expired") return <Badge>Expired</Badge>;
  if (state === "idle") return <Badge tone="warning">Resting: its maker has no access</Badge>;
  if (!expiresAt) return <span>Has no end</span>;
  return (
    <span>
      Ends <RelativeTime date={expiresAt} />
    </span>
  );
}

/** Rotate and revoke. */
export function KeyActionsCell({ apiKey }: CellProps) {
  const { revoke } = useKeyActs();
  const [rotating, setRotating] = useState(false);
  const [asking, setAsking] = useState(false);
  const { name, acts, lastUsedAt } = apiKey;
  return (
    <>
      <DropdownMenu
        className="min-w-52"
        trigger={
          <IconButton label={`Actions for ${name}`} plain size="sm">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem disabledReason={acts.rotate} onSelect={() => setRotating(true)}>
          <RefreshCw aria-hidden />
          Rotate…
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger={!acts.revoke} disabledReason={acts.revoke} onSelect={() => setAsking(true)}>
          <ShieldX aria-hidden />
          Revoke…
        </MenuItem>
      </DropdownMenu>
      <RotateKeyDialog open={rotating} onOpenChange={setRotating} apiKey={apiKey} />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Revoke “${name}”?`}
        consequence={
          <>
            Whatever uses it is refused from its next call on. This cannot be undone.{" "}
            {lastUsedAt ? (
              <>
                It was last used <RelativeTime date={lastUsedAt} />.
              </>
            ) : (
              "It was never used."
            )}
          </>
        }
        confirmLabel="Revoke key"
        onConfirm={() => revoke(apiKey)}
      />
    </>
  );
}
