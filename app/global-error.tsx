"use client";

import "./globals.css";
import { traceOf, type ErrorPageProps } from "#app/_ui/error-page.ts";
import { buttonStyle } from "#app/_ui/button.tsx";
import { BareFrame, PageState } from "#app/_ui/page-state.tsx";

/** Stands in for the root layout itself, so that it brings its own document. */
export default function GlobalError({ error, retry }: ErrorPageProps) {
  return (
    <html lang="en">
      <body>
        <title>Something went wrong · Astra</title>
        <BareFrame>
          <PageState
            title="Something went wrong"
            text="Astra could not be shown. Trying again often helps; if it does not, tell us the code below."
            detail={traceOf(error)}
            actions={
              <button
                type="button"
                onClick={retry}
                className={buttonStyle({ variant: "primary", size: "lg" })}
              >
                Try again
              </button>
            }
          />
        </BareFrame>
      </body>
    </html>
  );
}
