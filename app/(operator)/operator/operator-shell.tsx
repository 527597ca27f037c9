"use client";

import type { ReactNode } from "react";
import { Building2, CreditCard, LayoutGrid, MailX, ShieldCheck, UserRound } from "lucide-react";
import { signOut } from "#app/(console)/_account/sign-out.ts";
import type { Outputs } from "#app/_trpc/types.ts";
import { AppShell } from "#app/_ui/shell/app-shell.tsx";
import { UserMenu } from "#app/_ui/shell/user-menu.tsx";

const groups = [
  {
    label: "Fleet",
    places: [
      { href: "/operator", label: "Overview", icon: LayoutGrid, exact: true },
      { href: "/operator/billing", label: "Billing", icon: CreditCard },
      { href: "/operator/dead-letters", label: "Dead letters", icon: MailX },
    ],
  },
  { label: "Leave", places: [{ href: "/", label: "Your organizations", icon: Building2, exact: true }] },
];

const personal = [{ href: "/account", label: "Your account", icon: UserRound }];

/** The operator's frame. It must never be taken for a customer's console, nor the other way round. */
export function OperatorShell({ me, children }: { me: Outputs["session"]["me"]; children: ReactNode }) {
  return (
    <AppShell
      label="Operator console"
      frame={
        <section
          aria-label="Notice"
          className="sticky top-0 z-40 flex h-8 items-center justify-center gap-2 bg-warning-soft px-3 text-sm font-medium text-warning-text"
        >
          <ShieldCheck aria-hidden className="size-4 shrink-0" />
          <span className="clip-line">Operator console: the whole fleet</span>
        </section>
      }
      heading={<OperatorMark />}
      switcher={
        <div className="flex h-10 items-center px-1.5">
          <OperatorMark />
        </div>
      }
      groups={groups}
      account={
        <UserMenu name={me.account.name} email={me.account.email} places={personal} onSignOut={signOut} />
      }
    >
      {children}
    </AppShell>
  );
}

function OperatorMark() {
  return (
    <span className="flex items-center gap-2.5 text-base font-semibold text-ink">
      <span className="grid size-7 place-items-center rounded-md bg-warning-soft text-warning-text">
        <ShieldCheck aria-hidden className="size-4" />
      </span>
      Operator
    </span>
  );
}
