"use client";

import { useState, type ReactNode } from "react";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { useMemberActs } from "#app/(console)/[org]/members/mutations.ts";
import { ConfirmDialog } from "#app/_ui/confirm-dialog.tsx";
import type { MemberAct, MemberRow } from "#server/members/schema.ts";

/** What is asked about before it is done. */
export type AskedAct = Exclude<MemberAct, "changeRole">;

type Question = {
  title: string;
  consequence: ReactNode;
  confirmLabel: string;
  confirmPhrase?: string;
  tone?: "danger" | "primary";
  act: () => Promise<unknown>;
};

type MemberConfirmationProps = { act: AskedAct | null; onClose: () => void; member: MemberRow };

/** Asks before a membership changes, and says what will be different. */
export function MemberConfirmation({ act, onClose, member }: MemberConfirmationProps) {
  const questions = useQuestions(member);
  // While the dialog closes it still shows what it asked.
  const [shown, setShown] = useState<AskedAct>("suspend");
  if (act !== null && act !== shown) setShown(act);
  const { act: confirm, ...question } = questions[shown];
  return (
    <ConfirmDialog
      {...question}
      open={act !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      onConfirm={confirm}
    />
  );
}

function useQuestions(member: MemberRow): Record<AskedAct, Question> {
  const { name: organization, slug } = useOrganization();
  const acts = useMemberActs();
  const { name, roleName } = member;
  return {
    suspend: {
      title: `Suspend ${name}?`,
      consequence: `From their next click on they can do nothing in ${organization}, in tabs that are open as well. Their seat becomes free, and their role (${roleName}) is kept for when you reactivate them.`,
      confirmLabel: "Suspend member",
      act: () => acts.suspend(member),
    },
    reactivate: {
      title: `Reactivate ${name}?`,
      consequence: `They can do again what the role ${roleName} permits, and take up a seat of your plan.`,
      confirmLabel: "Reactivate member",
      tone: "primary",
      act: () => acts.reactivate(member),
    },
    remove: {
      title: `Remove ${name}?`,
      consequence: `From their next click on they have no access to ${organization}, in tabs that are open as well, and their own API keys stop working. What they made stays, and so do tasks assigned to them. To come back they need a new invite.`,
      confirmLabel: "Remove member",
      act: () => acts.remove(member),
    },
    transferOwnership: {
      title: `Transfer ${organization} to ${name}?`,
      consequence: `${name} becomes an owner, and you become an admin: you can no longer delete the organization or hand it over. Only an owner can undo this.`,
      confirmLabel: "Transfer ownership",
      confirmPhrase: slug,
      act: () => acts.transfer(member),
    },
    leave: {
      title: `Leave ${organization}?`,
      consequence:
        "You lose access at once, and your own API keys stop working. To come back you need an invite.",
      confirmLabel: "Leave organization",
      act: acts.leave,
    },
  };
}
