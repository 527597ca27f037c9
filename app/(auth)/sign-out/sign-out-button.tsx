"use client";

import { useState } from "react";
import { resultOf } from "#app/(auth)/_form/answer.ts";
import { signOutAction } from "#app/(auth)/sign-out/action.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { readServerError } from "#app/_ui/server-error.ts";

/** Leaves by a full load, so that nothing that was read stays in memory. */
export function SignOutButton() {
  const [leaving, setLeaving] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const leave = async () => {
    setLeaving(true);
    try {
      resultOf(await signOutAction());
      window.location.assign("/sign-in");
    } catch (refusal) {
      setRefused(readServerError(refusal).message);
      setLeaving(false);
    }
  };
  return (
    <div className="flex flex-col gap-4">
      {refused && (
        <Banner tone="danger" urgent>
          {refused}
        </Banner>
      )}
      <Button variant="primary" size="lg" wide loading={leaving} onClick={leave}>
        Sign out
      </Button>
    </div>
  );
}
