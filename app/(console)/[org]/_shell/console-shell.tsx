"use client";

import { useCallback, useState, type ReactNode } from "react";
import { NotificationBell, useUnread } from "#app/(console)/[org]/_notifications/notification-bell.tsx";
import { BillingNotice } from "#app/(console)/[org]/_shell/billing-notice.tsx";
import { ConsolePalette } from "#app/(console)/[org]/_shell/console-palette.tsx";
import { DeletionNotice } from "#app/(console)/[org]/_shell/deletion-notice.tsx";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { personalPlaces } from "#app/(console)/[org]/_shell/personal-places.ts";
import { placesFor } from "#app/(console)/[org]/_shell/places.ts";
import { BillingWaysOut } from "#app/(console)/[org]/_shell/ways-out.tsx";
import { signOut } from "#app/(console)/_account/sign-out.ts";
import type { Organization, Outputs } from "#app/_trpc/types.ts";
import { Avatar } from "#app/_ui/avatar.tsx";
import { AppShell } from "#app/_ui/shell/app-shell.tsx";
import { usePaletteShortcut } from "#app/_ui/shell/command-palette.tsx";
import { OrganizationSwitcher } from "#app/_ui/shell/organization-switcher.tsx";
import { UserMenu } from "#app/_ui/shell/user-menu.tsx";

type Me = Outputs["session"]["me"];

/** The signed-in frame of one organization. */
export function ConsoleShell({ me, children }: { me: Me; children: ReactNode }) {
  const organization = useOrganization();
  const { can } = useAccess();
  const [paletteOpen, setPaletteOpen] = useState(false);
  const togglePalette = useCallback(() => setPaletteOpen((open) => !open), []);
  usePaletteShortcut(togglePalette);
  const unread = useUnread();
  const groups = placesFor(organization.slug, can);
  return (
    <BillingWaysOut>
      <AppShell
        label={organization.name}
        groups={groups}
        onSearch={togglePalette}
        bell={<NotificationBell unread={unread} />}
        switcher={
          <OrganizationSwitcher
            organizations={switcherOrganizations(me, organization)}
            current={organization.slug}
            createHref="/organizations/new"
          />
        }
        heading={
          <span className="flex items-center gap-2">
            <Avatar name={organization.name} shape="organization" />
            <span className="clip-line text-base font-semibold">{organization.name}</span>
          </span>
        }
        account={
          <UserMenu
            name={me.account.name}
            email={me.account.email}
            places={personalPlaces(me)}
            onSignOut={signOut}
          />
        }
        notices={
          <>
            <DeletionNotice />
            <BillingNotice />
          </>
        }
      >
        {children}
      </AppShell>
      <ConsolePalette open={paletteOpen} onOpenChange={setPaletteOpen} groups={groups} me={me} />
    </BillingWaysOut>
  );
}

/** What was just changed on this page is newer than the list that came with the layout. */
function switcherOrganizations(me: Me, current: Organization) {
  return me.organizations.map((organization) => {
    const { name, slug, deletionAt } = organization.id === current.id ? current : organization;
    return { slug, name, note: deletionAt ? "Scheduled for deletion" : organization.roleName };
  });
}
