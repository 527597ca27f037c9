"use client";

import { useId, useState } from "react";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import {
  useUpdateSettings,
  type AuditSettings,
} from "#app/(console)/[org]/audit-log/settings/use-update-settings.ts";
import { Card, CardHeader } from "#app/_ui/card.tsx";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import { Switch } from "#app/_ui/switch.tsx";

/** Whether all reads are recorded, and not only those of sensitive things. */
export function ReadsCard({ settings }: { settings: AuditSettings }) {
  const { why } = useAccess();
  const update = useUpdateSettings();
  const [asking, setAsking] = useState(false);
  const titleId = useId();
  const noteId = useId();
  const { recordReads } = settings;
  const refused = why("settings.write");
  return (
    <Card>
      <CardHeader
        id={titleId}
        className="pb-4"
        title="Record all reads"
        description={
          <span id={noteId}>
            Looks at members, exports and this log are always recorded. With this, every other look is as
            well, once a minute for each person and place.
            {refused && <span className="block">{refused}.</span>}
          </span>
        }
        actions={
          <Switch
            checked={recordReads}
            disabled={refused !== null}
            aria-labelledby={titleId}
            aria-describedby={noteId}
            onCheckedChange={() => setAsking(true)}
          />
        }
      />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        tone="primary"
        title={recordReads ? "Stop recording all reads?" : "Record all reads?"}
        consequence={
          recordReads
            ? "From now on only looks at sensitive things are recorded. What has been recorded stays."
            : "Every look at projects, tasks and settings leaves an entry from now on. The log grows faster, and answers take a little longer."
        }
        confirmLabel={recordReads ? "Stop recording" : "Record all reads"}
        onConfirm={() => update({ recordReads: !recordReads })}
      />
    </Card>
  );
}
