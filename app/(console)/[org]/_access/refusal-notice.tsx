"use client";

import { PermissionList } from "#app/(console)/[org]/_access/permission-list.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { readServerError } from "#app/_ui/server-error.ts";
import { useWayOut } from "#app/_ui/way-out.tsx";

const titles: Partial<Record<string, string>> = {
  exceeds_own_permissions: "You can only give what you have yourself. You lack:",
  outranked: "This member may do what you may not:",
};

/** Why the server refused; where permissions are missing, each of them in words. */
export function RefusalNotice({ error }: { error: unknown }) {
  const refusal = error ? readServerError(error) : null;
  const { action, words } = useWayOut(refusal?.reason);
  if (!refusal) return null;
  const { message, reason, names } = refusal;
  const title = reason ? titles[reason] : undefined;
  return (
    <Banner tone="danger" urgent title={title && names.length > 0 ? title : message} actions={action}>
      {title && names.length > 0 ? <PermissionList names={names} /> : words}
    </Banner>
  );
}
