"use client";

import { useState } from "react";
import { Check, Copy } from "lucide-react";
import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { DialogActions } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";

type NewKeyProps = { text: string; onDone: () => void; onCopied: () => void; warned: boolean };

/** The text of a key, this one time. */
export function NewKey({ text, onDone, onCopied, warned }: NewKeyProps) {
  const { slug } = useOrganization();
  const [copied, setCopied] = useState<"no" | "yes" | "refused">("no");

  async function copy(): Promise<void> {
    const done = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setCopied(done ? "yes" : "refused");
    if (done) onCopied();
  }

  return (
    <div className="flex flex-col gap-4">
      <Banner tone={warned ? "danger" : "warning"} urgent={warned}>
        {warned
          ? "You have not copied it. Once this is closed nobody can show it again, we included."
          : "Copy it now and keep it safe: it is shown this one time."}
      </Banner>
      <Field
        label="API key"
        hint={copied === "refused" ? "The browser refused to copy. Mark the text and copy it." : undefined}
      >
        <Input
          readOnly
          value={text}
          onFocus={(event) => event.target.select()}
          className="font-mono text-sm"
          spellCheck={false}
        />
      </Field>
      <div>
        <p className="mb-1.5 text-sm font-medium text-ink">A first call</p>
        <pre className="rounded-lg bg-sunken px-3.5 py-3 font-mono text-xs break-all whitespace-pre-wrap text-ink">
          {`curl -H "Authorization: Bearer $ASTRA_KEY" \\\n  ${window.location.origin}/api/v1/${slug}/projects`}
        </pre>
      </div>
      <DialogActions>
        <Button onClick={onDone}>{warned ? "Close anyway" : "Done"}</Button>
        <Button variant="primary" onClick={() => void copy()} data-autofocus>
          {copied === "yes" ? <Check aria-hidden /> : <Copy aria-hidden />}
          {copied === "yes" ? "Copied" : "Copy key"}
        </Button>
      </DialogActions>
      <output className="sr-only">{copied === "yes" && "Copied"}</output>
    </div>
  );
}
