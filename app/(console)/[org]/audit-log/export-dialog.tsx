"use client";

import { useQueryState } from "nuqs";
import { ExportForm } from "#app/(console)/[org]/audit-log/export-form.tsx";
import { ExportProgress } from "#app/(console)/[org]/audit-log/export-progress.tsx";
import { RecentExports } from "#app/(console)/[org]/audit-log/recent-exports.tsx";
import { auditPanels } from "#app/(console)/[org]/audit-log/search-params.ts";
import { Dialog } from "#app/_ui/dialog.tsx";
import type { AuditFilter } from "#server/audit/schema.ts";

/** Writes what the present filter chooses into a file. It goes on in a worker; a reload finds it by the address. */
export function ExportDialog({ filter }: { filter: AuditFilter }) {
  const [shown, setShown] = useQueryState("export", auditPanels.export);
  return (
    <Dialog
      open={shown !== null}
      onOpenChange={(open) => void setShown(open ? "new" : null)}
      title="Export the audit log"
      description="A file of the entries that the present filters choose, with their seals."
    >
      {shown !== null && (
        <div className="flex flex-col gap-5">
          {shown === "new" ? (
            <ExportForm filter={filter} onBegun={(id) => void setShown(id)} />
          ) : (
            <ExportProgress id={shown} onAnother={() => void setShown("new")} />
          )}
          <RecentExports current={shown} />
        </div>
      )}
    </Dialog>
  );
}
