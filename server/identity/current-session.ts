import { cache } from "react";
import type { AccountSession } from "../access/account-session.ts";
import { systemClock } from "../platform/clock.ts";
import { signedInSessionId } from "./auth.ts";
import { findSession } from "./sessions.ts";

/**
 * Whoever this request is signed in as; null for nobody. For server components, actions and route handlers;
 * asked once for all the parts of a page.
 */
export const currentSession = cache(async (): Promise<AccountSession | null> => {
  const sessionId = await signedInSessionId();
  return sessionId === null ? null : findSession(sessionId, systemClock.now());
});
