"use client";

import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { CopyButton } from "#app/_ui/copy-button.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import type { AuditState } from "#server/audit/schema.ts";

type ProofDialogProps = { open: boolean; onOpenChange: (open: boolean) => void; state: AuditState };

/** How the log proves itself, and how somebody who does not trust this page proves it. */
export function ProofDialog({ open, onOpenChange, state }: ProofDialogProps) {
  const { slug } = useOrganization();
  const command = `npm run astra -- audit verify --organization ${slug} --checkpoints DIRECTORY`;
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="How the log is proved">
      <div className="flex flex-col gap-4 text-base text-ink-muted">
        <p>
          Every entry gets a place and a seal: a hash over its exact text and over the seal before it. Whoever
          changes, deletes or swaps an entry breaks the chain at that place. Signed checkpoints of the chain
          are kept outside of the database, so that not even the whole chain can be written anew unseen.
        </p>
        <p>
          “Verify now” recomputes the chain here. To trust nobody&apos;s word, keep the checkpoints yourself
          and run this beside the installation, with the directory you keep them in:
        </p>
        <Copyable text={command} label="Copy the command" name="Command" />
        <p>
          The organization&apos;s public key, against which the signature of every checkpoint can be checked:
        </p>
        <Copyable text={state.publicKey.trim()} label="Copy the public key" name="Public key" />
        {state.head && (
          <>
            <p>The newest seal, at no. {state.sealed}:</p>
            <Copyable text={state.head} label="Copy the newest seal" name="Newest seal" />
          </>
        )}
      </div>
    </Dialog>
  );
}

type CopyableProps = { text: string; label: string; name: string };

function Copyable({ text, label, name }: CopyableProps) {
  return (
    <div className="flex items-start gap-1 rounded-md border border-line bg-sunken py-1 pr-1 pl-3">
      <pre
        aria-label={name}
        className="min-w-0 flex-1 py-1 font-mono text-xs break-all whitespace-pre-wrap text-ink"
      >
        {text}
      </pre>
      <CopyButton text={text} label={label} />
    </div>
  );
}
