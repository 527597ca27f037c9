"use client";

import { Button, ButtonLink } from "#app/_ui/button.tsx";
import { BareFrame, PageState } from "#app/_ui/page-state.tsx";
import { traceOf, type ErrorPageProps } from "#app/_ui/error-page.ts";

export default function ErrorPage({ error, retry }: ErrorPageProps) {
  return (
    <BareFrame>
      <PageState
        title="Something went wrong"
        text="The page could not be shown. Trying again often helps; if it does not, tell us the code below."
        detail={traceOf(error)}
        actions={
          <>
            <Button variant="primary" size="lg" onClick={retry}>
              Try again
            </Button>
            <ButtonLink href="/" size="lg">
              Go to the start
            </ButtonLink>
          </>
        }
      />
    </BareFrame>
  );
}
