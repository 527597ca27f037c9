"use client";

import { Button } from "#app/_ui/button.tsx";
import { PageState } from "#app/_ui/page-state.tsx";
import { traceOf, type ErrorPageProps } from "#app/_ui/error-page.ts";

/** Keeps the shell around a page that failed, so that one can go elsewhere. */
export function ShellError({ error, retry }: ErrorPageProps) {
  return (
    <PageState
      title="Something went wrong"
      text="This page could not be shown. Trying again often helps; if it does not, tell us the code below."
      detail={traceOf(error)}
      actions={
        <Button variant="primary" size="lg" onClick={retry}>
          Try again
        </Button>
      }
    />
  );
}
