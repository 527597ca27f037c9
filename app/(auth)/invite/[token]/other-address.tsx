"use client";

import { useState } from "react";
import { resultOf } from "#app/(auth)/_form/answer.ts";
import { signOutAction } from "#app/(auth)/sign-out/action.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { Button, ButtonLink } from "#app/_ui/button.tsx";
import { readServerError } from "#app/_ui/server-error.ts";

/** The way out for who is signed in under another address: sign out and see the invite again, or leave it. */
export function OtherAddress({ signedInAs, invited }: { signedInAs: string; invited: string }) {
  const [leaving, setLeaving] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);

  async function signOut(): Promise<void> {
    setLeaving(true);
    try {
      resultOf(await signOutAction());
      // A full load: what the other account has read leaves this browser's memory.
      window.location.reload();
    } catch (refusal) {
      setRefused(readServerError(refusal).message);
      setLeaving(false);
    }
  }

  return (
    <div className="flex flex-col gap-4">
      {refused ? (
        <Banner tone="danger" urgent>
          {refused}
        </Banner>
      ) : (
        <Banner tone="warning">
          You are signed in as <strong className="font-medium wrap-anywhere">{signedInAs}</strong>. Only{" "}
          <strong className="font-medium wrap-anywhere">{invited}</strong> can accept.
        </Banner>
      )}
      <Button variant="primary" size="lg" wide loading={leaving} onClick={() => void signOut()}>
        Sign out and go on
      </Button>
      <ButtonLink href="/" size="lg" wide>
        Stay signed in, and leave the invite
      </ButtonLink>
    </div>
  );
}
