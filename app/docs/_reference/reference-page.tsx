import type { ReactNode } from "react";
import Link from "next/link";
import { Logo } from "#app/_ui/logo.tsx";
import { ThemeSwitch } from "#app/_ui/theme-switch.tsx";

type ReferencePageProps = {
  introduction: ReactNode;
  /** The list of all parts: beside the page, and folded below the introduction where there is no room. */
  contents: ReactNode;
  /** Names the folded list: "On this page". */
  contentsLabel: string;
  children: ReactNode;
};

/** The frame of a public page of reference. */
export function ReferencePage({ introduction, contents, contentsLabel, children }: ReferencePageProps) {
  return (
    <div className="mx-auto max-w-6xl px-5 sm:px-8">
      <header className="flex items-center justify-between gap-4 py-5">
        <Link href="/" aria-label="Astra, start page" className="-m-1.5 rounded-md p-1.5">
          <Logo />
        </Link>
        <ThemeSwitch />
      </header>
      <div className="grid gap-8 pb-16 lg:grid-cols-[17rem_minmax(0,1fr)]">
        <div className="hidden lg:sticky lg:top-4 lg:block lg:max-h-[calc(100dvh-2rem)] lg:self-start lg:overflow-y-auto">
          {contents}
        </div>
        <main id="content" className="min-w-0">
          {introduction}
          <details className="mt-6 lg:hidden">
            <summary className="-mx-1 min-h-6 cursor-default rounded-sm px-1 text-base text-ink-muted hover:text-ink">
              {contentsLabel}
            </summary>
            <div className="mt-3">{contents}</div>
          </details>
          {children}
        </main>
      </div>
    </div>
  );
}

/** One part of the reference, under its heading. */
export function ReferencePart({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="mt-10">
      <h2 id={id} className="mb-4 text-xl font-semibold text-ink">
        {title}
      </h2>
      <div className="grid gap-4">{children}</div>
    </section>
  );
}
