"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { EventState } from "#app/(operator)/operator/billing/events/event-state.tsx";
import { useReplay } from "#app/(operator)/operator/billing/events/mutations.ts";
import { useOpenEvent } from "#app/(operator)/operator/billing/events/use-open-event.ts";
import { Fact, IdFact } from "#app/(operator)/operator/fact.tsx";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { LoadProblem } from "#app/_ui/load-problem.tsx";
import { ClockTime } from "#app/_ui/relative-time.tsx";
import { Sheet, SheetBody, SheetFooter } from "#app/_ui/sheet.tsx";
import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";
import { toastError } from "#app/_ui/toast.tsx";
import type { OpenStripeEvent } from "#server/operator/schema.ts";

/** The event that the address names: whom it is about, why nothing has followed, and the way to have it acted upon. */
export function EventSheet() {
  const { openId: eventId, close } = useOpenEvent();
  // While the sheet slides out the address names no event any more, but it is still seen.
  const [shown, setShown] = useState(eventId);
  if (eventId !== null && eventId !== shown) setShown(eventId);
  return (
    <Sheet open={eventId !== null} onOpenChange={(open) => !open && close()} title="Event of Stripe">
      {shown && <Loader key={shown} id={shown} onDone={close} />}
    </Sheet>
  );
}

function Loader({ id, onDone }: { id: string; onDone: () => void }) {
  const api = useApi();
  const event = useQuery(api.operator.stripeEvents.get.queryOptions({ id }));
  if (event.data) return <Detail event={event.data} onDone={onDone} />;
  return (
    <SheetBody>
      {event.isError ? (
        <LoadProblem error={event.error} onRetry={event.refetch} />
      ) : (
        <>
          <LoadingNote>Loading the event</LoadingNote>
          <Skeleton className="h-24" />
        </>
      )}
    </SheetBody>
  );
}

const reasons = {
  unresolved:
    "No organization has this customer. It may belong to another installation that shares the account at Stripe, or have been made by hand.",
  failed: "Acting upon it went wrong at every try; the log has the whole error under the event's id.",
} as const;

function Detail({ event, onDone }: { event: OpenStripeEvent; onDone: () => void }) {
  const { replay, replaying } = useReplay();
  return (
    <>
      <SheetBody>
        <div className="flex flex-wrap items-center gap-2">
          <h3 className="font-mono text-base font-semibold break-all text-ink">{event.type}</h3>
          <EventState state={event.state} />
        </div>
        <p className="text-base text-ink-muted">{reasons[event.state]}</p>
        <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-4 gap-y-2 text-base">
          <Fact name="Organization">
            {event.organization ? (
              <>
                {event.organization.name}{" "}
                <span className="font-mono text-xs text-ink-subtle">/{event.organization.slug}</span>
              </>
            ) : (
              "Not known"
            )}
          </Fact>
          <Fact name="Happened">
            <ClockTime date={event.createdAt} />
          </Fact>
          <Fact name="Came">
            <ClockTime date={event.receivedAt} />
          </Fact>
          <Fact name="Tries">{event.tries}</Fact>
          <Fact name="Last error">
            <span className="font-mono text-xs">{event.error ?? "Nothing was noted."}</span>
          </Fact>
          <IdFact name="Event id" value={event.id} />
          {event.customerId && <IdFact name="Customer id" value={event.customerId} />}
        </dl>
      </SheetBody>
      <SheetFooter>
        <Button
          variant="primary"
          loading={replaying}
          onClick={() => void replay({ ids: [event.id] }).then(onDone, toastError)}
        >
          <RotateCcw aria-hidden />
          Replay
        </Button>
      </SheetFooter>
    </>
  );
}
