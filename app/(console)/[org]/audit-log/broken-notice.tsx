"use client";

import { canBeOpened, findingWords } from "#app/(console)/[org]/audit-log/finding-words.ts";
import { useOpenEntry } from "#app/(console)/[org]/audit-log/use-open-entry.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { buttonStyle } from "#app/_ui/button.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { AuditState } from "#server/audit/schema.ts";
import Link from "next/link";

type Finding = NonNullable<NonNullable<AuditState["verified"]>["finding"]>;

/** Names the first entry that is not as it was sealed, with the way to it. */
export function BrokenNotice({ finding, verifiedAt }: { finding: Finding; verifiedAt: Date | null }) {
  const { hrefOf } = useOpenEntry();
  const { kind, seq, entryId, detail } = finding;
  const place = seq === null ? "" : ` at no. ${seq}`;
  return (
    <Banner
      tone="danger"
      className="mb-3"
      title={`The log is broken${place}: ${findingWords(kind)}`}
      actions={
        canBeOpened(finding) &&
        entryId && (
          <Link href={hrefOf(entryId)} scroll={false} className={buttonStyle({ size: "sm" })}>
            Open the entry
          </Link>
        )
      }
    >
      <p>
        {detail} What stands before it is sound; what comes after it proves nothing.{" "}
        {verifiedAt && (
          <>
            Found <RelativeTime date={verifiedAt} />.
          </>
        )}
      </p>
      {entryId && (
        <p className="mt-0.5 text-sm">
          Entry <code className="font-mono text-xs break-all">{entryId}</code>
          {!canBeOpened(finding) && " is gone."}
        </p>
      )}
    </Banner>
  );
}
