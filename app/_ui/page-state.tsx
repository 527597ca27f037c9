import type { ReactNode } from "react";
import { Logo } from "#app/_ui/logo.tsx";

type PageStateProps = { title: string; text: ReactNode; detail?: string | undefined; actions: ReactNode };

/** Stands in the place of a page that cannot be shown: says what is the matter and what one can do. */
export function PageState({ title, text, detail, actions }: PageStateProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-start py-16 sm:py-24">
      <h1 className="text-2xl font-semibold text-ink">{title}</h1>
      <p className="mt-2 text-lg text-ink-muted">{text}</p>
      {detail && <p className="mt-3 font-mono text-sm text-ink-subtle">{detail}</p>}
      <div className="mt-6 flex flex-wrap gap-2">{actions}</div>
    </div>
  );
}

/** A frame for where there is no shell: for strangers, and for what went wrong before the shell. */
export function BareFrame({ children }: { children: ReactNode }) {
  return (
    <main id="content" className="min-h-dvh bg-surface px-6 py-8">
      <Logo />
      {children}
    </main>
  );
}
