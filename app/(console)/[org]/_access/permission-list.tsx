"use client";

import { useState } from "react";
import { countOf, usePermissionWords } from "#app/(console)/[org]/_access/permission-words.ts";
import { Button } from "#app/_ui/button.tsx";

const shownFirst = 4;

/** Some permissions in words; of many the first ones, and the others on request. */
export function PermissionList({ names }: { names: readonly string[] }) {
  const wordsOf = usePermissionWords();
  const [all, setAll] = useState(false);
  // One more line takes the place of the button that would hide it.
  const short = !all && names.length > shownFirst + 1;
  const shown = short ? names.slice(0, shownFirst) : names;
  return (
    <>
      <ul className="list-disc pl-5 text-ink-muted marker:text-ink-subtle">
        {shown.map((name) => (
          <li key={name}>{wordsOf(name)}</li>
        ))}
      </ul>
      {short && (
        <Button variant="link" className="ml-5" onClick={() => setAll(true)}>
          and {countOf(names.length - shown.length, "other")}
        </Button>
      )}
    </>
  );
}
