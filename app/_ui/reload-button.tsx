"use client";

import { Button } from "#app/_ui/button.tsx";

/** Loads the page anew, with nothing left of what was tried before. */
export function ReloadButton() {
  return (
    <Button variant="primary" size="lg" onClick={() => window.location.reload()}>
      Try again
    </Button>
  );
}
