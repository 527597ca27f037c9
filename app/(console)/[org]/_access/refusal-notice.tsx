"use client";

import { PermissionList } from "#app/(console)/[org]/_access/permission-list.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { readServerError } from "#app/_ui/server-error.ts";

const titles: Partial<Record<string, string>> = {
  exceeds_own_permissions: "You can only give what you have yourself. You lack:",
  outranked: "This member may do what you may not:",
};

/** Why the server refused; where permissions are missing, each of them in words. */
export function RefusalNotice({ error }: { error: unknown }) {
  if (!error) return null;
  const { message, reason, names } = readServerError(error);
  const title = reason ? titles[reason] : undefined;
  return (
    <Banner tone="danger" urgent title={title && names.length > 0 ? title : message}>
      {title && names.length > 0 && <PermissionList names={names} />}
    </Banner>
  );
}
