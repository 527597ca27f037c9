"use client";

import { createContext, useContext, type ReactNode } from "react";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";

const Archived = createContext(false);

/** Tells everything inside that it shows the tasks of an archived project, which nobody can change. */
export function ArchivedProject({ archived, children }: { archived: boolean; children: ReactNode }) {
  return <Archived value={archived}>{children}</Archived>;
}

/** Why tasks cannot be changed or deleted here; null where they can. */
export function useTaskAccess(): { whyNotWrite: string | null; whyNotDelete: string | null } {
  const { why } = useAccess();
  const archived = useContext(Archived)
    ? "This project is archived; bring it back to change its tasks"
    : null;
  return { whyNotWrite: why("tasks.write") ?? archived, whyNotDelete: why("tasks.delete") ?? archived };
}
