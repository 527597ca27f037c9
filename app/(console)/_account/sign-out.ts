import { endSession } from "#app/(console)/_account/sign-out-action.ts";
import { toastError } from "#app/_ui/toast.tsx";

/** Ends the session and loads the sign-in page anew, so that nothing read before stays in the page's memory. */
export function signOut(): void {
  endSession().then(() => window.location.assign("/sign-in"), toastError);
}
