"use client";

import type { ReactNode } from "react";
import { Plus, UserRound } from "lucide-react";
import { personalPlaces } from "#app/(console)/[org]/_shell/personal-places.ts";
import { signOut } from "#app/(console)/_account/sign-out.ts";
import { UnconfirmedNotice } from "#app/(console)/_account/unconfirmed-notice.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Logo } from "#app/_ui/logo.tsx";
import { AppShell } from "#app/_ui/shell/app-shell.tsx";
import { OrganizationSwitcher } from "#app/_ui/shell/organization-switcher.tsx";
import { UserMenu } from "#app/_ui/shell/user-menu.tsx";

const places = [
  { href: "/account", label: "Profile", icon: UserRound },
  { href: "/organizations/new", label: "New organization", icon: Plus },
];

/** The signed-in frame outside of any organization. */
export function AccountShell({ me, children }: { me: Outputs["session"]["me"]; children: ReactNode }) {
  return (
    <AppShell
      label="Your account"
      heading={<Logo />}
      groups={[{ label: "Your account", places }]}
      notices={!me.account.emailConfirmed && <UnconfirmedNotice email={me.account.email} />}
      switcher={
        <OrganizationSwitcher
          organizations={me.organizations.map(({ slug, name, roleName }) => ({ slug, name, note: roleName }))}
          current={null}
          placeholder="Go to an organization"
          createHref="/organizations/new"
        />
      }
      account={
        <UserMenu
          name={me.account.name}
          email={me.account.email}
          places={personalPlaces(me)}
          onSignOut={signOut}
        />
      }
    >
      {children}
    </AppShell>
  );
}
