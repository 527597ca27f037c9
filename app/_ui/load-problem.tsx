import { Button } from "#app/_ui/button.tsx";
import { LoadFailed, Refused, TooFast } from "#app/_ui/empty-state.tsx";
import { readServerError } from "#app/_ui/server-error.ts";

type LoadProblemProps = { error: unknown; onRetry: () => Promise<unknown> };

/** Stands in the place of what a query did not bring: a refusal says so, anything else can be tried again. */
export function LoadProblem({ error, onRetry }: LoadProblemProps) {
  const { code, message } = readServerError(error);
  if (code === "FORBIDDEN") return <Refused message={message} />;
  if (code === "TOO_MANY_REQUESTS") {
    return <TooFast message={message} action={<Button onClick={() => void onRetry()}>Try again</Button>} />;
  }
  return <LoadFailed message={message} action={<Button onClick={() => void onRetry()}>Try again</Button>} />;
}
