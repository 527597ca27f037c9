import { signOut as leave } from "next-auth/react";

/** Ends the session on the server and loads the sign-in page anew, so that nothing read before stays in memory. */
export function signOut(): void {
  void leave({ redirectTo: "/sign-in" });
}
