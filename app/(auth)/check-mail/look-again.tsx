"use client";

import { useEffect } from "react";
import { useRouter } from "next/navigation";

/** Asks the server again when the person comes back to this tab: the link may have been opened in another. */
export function LookAgain() {
  const router = useRouter();
  useEffect(() => {
    const look = () => router.refresh();
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  }, [router]);
  return null;
}
