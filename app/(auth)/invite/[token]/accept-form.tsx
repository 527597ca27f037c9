"use client";

import { useActionState } from "react";
import { acceptInviteAction } from "#app/(auth)/invite/[token]/action.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";

/** One button for who is signed in under the invite's address; it works before the page is alive. */
export function AcceptForm({ token, organization }: { token: string; organization: string }) {
  const [refused, accept, working] = useActionState(acceptInviteAction, null);
  return (
    <form action={accept} aria-label="Accept the invite" className="flex flex-col gap-4">
      {refused && (
        <Banner tone="danger" urgent>
          {refused}
        </Banner>
      )}
      <input type="hidden" name="token" value={token} />
      <Button type="submit" variant="primary" size="lg" wide loading={working}>
        Join {organization}
      </Button>
    </form>
  );
}
