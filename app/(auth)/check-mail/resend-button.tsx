"use client";

import { useEffect, useState } from "react";
import { resultOf } from "#app/(auth)/_form/answer.ts";
import { resendAction } from "#app/(auth)/check-mail/action.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { readServerError } from "#app/_ui/server-error.ts";

const pauseSeconds = 30;

/** Sends the mail again, not more often than somebody can have looked for it. */
export function ResendButton({ email }: { email: string }) {
  const [sending, setSending] = useState(false);
  const [outcome, setOutcome] = useState<{ tone: "success" | "danger"; words: string } | null>(null);
  const [pause, setPause] = useState(pauseSeconds);
  useEffect(() => {
    if (pause === 0) return;
    const timer = setTimeout(() => setPause(pause - 1), 1_000);
    return () => clearTimeout(timer);
  }, [pause]);
  const resend = async () => {
    setSending(true);
    try {
      resultOf(await resendAction({ email }));
      setOutcome({ tone: "success", words: "Sent again. It may take a minute to arrive." });
      setPause(pauseSeconds);
    } catch (refusal) {
      setOutcome({ tone: "danger", words: readServerError(refusal).message });
    }
    setSending(false);
  };
  return (
    <div className="flex flex-col gap-4">
      {outcome && (
        <Banner tone={outcome.tone} urgent>
          {outcome.words}
        </Banner>
      )}
      <p className="text-sm text-ink-subtle">
        Nothing there? Look among the spam, or have the mail sent again.
      </p>
      <Button
        size="lg"
        wide
        loading={sending}
        onClick={resend}
        disabledReason={pause > 0 && `You can send it again in ${pause} seconds`}
      >
        {pause > 0 ? `Send again in ${pause} s` : "Send again"}
      </Button>
    </div>
  );
}
