"use client";

import Link from "next/link";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { buttonStyle } from "#app/_ui/button.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";

/** Stands over every page of an organization that is scheduled for deletion. */
export function DeletionNotice() {
  const { deletionAt, slug } = useOrganization();
  const { can } = useAccess();
  if (!deletionAt) return null;
  return (
    <Banner
      tone="danger"
      className="mb-6"
      title={
        <>
          This organization will be deleted on <CalendarDate date={deletionAt} />.
        </>
      }
      actions={
        can("organization.delete") && (
          <Link href={`/${slug}/settings#danger`} className={buttonStyle({ size: "sm" })}>
            Review
          </Link>
        )
      }
    >
      All its projects, tasks and members are deleted with it.
    </Banner>
  );
}
