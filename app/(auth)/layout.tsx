import type { ReactNode } from "react";
import Link from "next/link";
import { Orbits } from "#app/(auth)/_frame/orbits.tsx";
import { Logo } from "#app/_ui/logo.tsx";

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className="relative isolate flex min-h-dvh flex-col overflow-hidden max-sm:bg-surface">
      <Orbits />
      <header className="flex items-center px-5 py-4 sm:px-8 sm:py-6">
        <Link href="/" aria-label="Astra, start page" className="-m-1.5 rounded-md p-1.5">
          <Logo />
        </Link>
      </header>
      <main
        id="content"
        className="flex flex-1 flex-col items-center px-5 pt-8 pb-16 sm:justify-center sm:px-6 sm:pt-2 sm:pb-28"
      >
        {children}
      </main>
    </div>
  );
}
