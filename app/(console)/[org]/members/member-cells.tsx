"use client";

import { Ellipsis } from "lucide-react";
import { MemberActions } from "#app/(console)/[org]/members/member-actions.tsx";
import { useOpenMember } from "#app/(console)/[org]/members/use-open-member.ts";
import { Avatar } from "#app/_ui/avatar.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { rowControl, RowLink } from "#app/_ui/data-table/row-link.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import type { MemberRow } from "#server/members/schema.ts";

type CellProps = { member: MemberRow };

/** Who it is; the name opens what they can do. */
export function PersonCell({ member }: CellProps) {
  const { hrefOf, open } = useOpenMember();
  const { id, name, email, own, status } = member;
  return (
    <div className="flex min-w-0 items-center gap-3 md:py-2">
      <Avatar name={name} size="md" />
      <div className="min-w-0">
        <div className="flex items-center gap-2">
          <RowLink href={hrefOf(id)} onOpen={() => open(id)} scroll={false}>
            {name}
          </RowLink>
          {own && <Badge tone="accent">You</Badge>}
          {status === "suspended" && <Badge tone="warning">Suspended</Badge>}
        </div>
        <p className="clip-line text-sm text-ink-subtle">{email}</p>
      </div>
    </div>
  );
}

/** What can be done about the member. */
export function MemberActionsCell({ member }: CellProps) {
  return (
    <span className={rowControl}>
      <MemberActions
        member={member}
        trigger={
          <IconButton label={`Actions for ${member.name}`} plain size="sm">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      />
    </span>
  );
}
