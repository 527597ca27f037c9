"use client";

import type { ReactNode } from "react";
import { SeatsNote } from "#app/(console)/[org]/members/seats-note.tsx";
import { PageHeader } from "#app/_ui/page-header.tsx";

type MembersFrameProps = { actions?: ReactNode; children: ReactNode };

/** The head that the lists of members and of invites share, with the seats that the plan has for both. */
export function MembersFrame({ actions, children }: MembersFrameProps) {
  return (
    <>
      <PageHeader
        title="Members"
        description="Who belongs to this organization, and in which role."
        aside={<SeatsNote />}
        actions={actions}
      />
      {children}
    </>
  );
}
