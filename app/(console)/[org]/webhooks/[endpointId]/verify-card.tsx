"use client";

import { BookOpen } from "lucide-react";
import { ButtonLink } from "#app/_ui/button.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { CopyButton } from "#app/_ui/copy-button.tsx";

const sample = `import { env } from "node:process";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(env.WEBHOOK_SECRET);
// The body as it came: text, not yet parsed.
const event = webhook.verify(body, request.headers);`;

/** How a receiver checks that a request is from Astra. */
export function VerifyCard() {
  return (
    <Card aria-label="Verification">
      <CardHeader
        title="Check the signature"
        description="Requests follow Standard Webhooks: its libraries verify them."
      />
      <CardBody className="flex flex-col items-start gap-3">
        <div className="relative w-full">
          <pre className="rounded-lg bg-sunken py-3 pr-11 pl-3.5 font-mono text-xs wrap-anywhere whitespace-pre-wrap text-ink">
            {sample}
          </pre>
          <span className="absolute top-1.5 right-1.5">
            <CopyButton text={sample} label="Copy the code" />
          </span>
        </div>
        <ButtonLink href="/docs/events">
          <BookOpen aria-hidden />
          Events and verification
        </ButtonLink>
      </CardBody>
    </Card>
  );
}
