"use client";

import { useState } from "react";
import { skipToken, useQuery } from "@tanstack/react-query";
import { MemberAccessPanel } from "#app/(console)/[org]/members/member-access-panel.tsx";
import { useOpenMember } from "#app/(console)/[org]/members/use-open-member.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { Sheet, SheetBody } from "#app/_ui/sheet.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

/** What the member whom the address names can do, and from where, beside the list. */
export function MemberSheet() {
  const api = useApi();
  const { openId: memberId, close } = useOpenMember();
  // While the sheet slides out the address names nobody any more, but the member is still seen.
  const [shown, setShown] = useState(memberId);
  if (memberId !== null && memberId !== shown) setShown(memberId);
  const query = useQuery(api.members.access.queryOptions(shown ? { id: shown } : skipToken));
  const access = query.data;
  return (
    <Sheet
      open={memberId !== null}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={access ? `What ${access.member.name} can do` : "What they can do"}
    >
      <SheetBody>
        {access ? (
          <MemberAccessPanel access={access} />
        ) : query.isError ? (
          <LoadProblem error={query.error} onRetry={query.refetch} />
        ) : (
          <>
            <LoadingNote>Loading the permissions</LoadingNote>
            <Skeleton className="h-16" />
            <Skeleton className="h-72" />
          </>
        )}
      </SheetBody>
    </Sheet>
  );
}
