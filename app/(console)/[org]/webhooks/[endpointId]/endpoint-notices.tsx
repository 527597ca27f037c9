import { Banner } from "#app/_ui/banner.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { deliveryErrors, type WebhookEndpoint } from "#server/webhooks/schema.ts";

/** What one should know of an endpoint before anything else: that it is stopped, and why, or that it fails. */
export function EndpointNotices({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { state, disabledFor, stoppedAt, failingSince, lastError, nextSendAt } = endpoint;
  return (
    <div className="mb-6 flex flex-col gap-2 empty:hidden">
      {state === "paused" && stoppedAt && (
        <Banner
          title={
            <>
              Paused <RelativeTime date={stoppedAt} />
            </>
          }
        >
          Nothing is sent. What happens meanwhile is held, and can be sent when it is resumed.
        </Banner>
      )}
      {state === "disabled" && (
        <Banner tone="danger" title="Disabled by Astra">
          {disabledFor === "gone"
            ? "The receiver has answered 410: it wants no more events."
            : "For days every try has failed."}{" "}
          What happens meanwhile is held. Mend the receiver, then resume.
        </Banner>
      )}
      {state === "active" && failingSince && lastError && (
        <Banner
          tone="warning"
          title={
            <>
              Failing since <RelativeTime date={failingSince} />
            </>
          }
        >
          {deliveryErrors[lastError.error]}
          {lastError.status !== null && ` It answered with status ${lastError.status}.`}
        </Banner>
      )}
      {state === "active" && nextSendAt && (
        <Banner>
          The receiver has asked for a pause; it goes on <RelativeTime date={nextSendAt} />.
        </Banner>
      )}
    </div>
  );
}
