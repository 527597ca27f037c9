import { answerStripeEvent } from "#server/billing/receive.ts";
import { requestInfo } from "#server/platform/client-address.ts";

/** Where Stripe delivers its events. */
export function POST(request: Request): Promise<Response> {
  return answerStripeEvent(request, requestInfo(request.headers));
}
