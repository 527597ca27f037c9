import { Fragment, type ReactNode } from "react";
import { ChevronRight } from "lucide-react";
import Link from "next/link";

type PageHeaderProps = {
  title: ReactNode;
  description?: ReactNode;
  /** Where this page hangs, outermost first; the page itself is not among them. */
  trail?: readonly { href: string; label: string }[];
  /** Small facts beside the title, such as a badge. */
  aside?: ReactNode;
  actions?: ReactNode;
};

/** The head of a page: where you are, its one h1, and its main action. */
export function PageHeader({ title, description, trail = [], aside, actions }: PageHeaderProps) {
  return (
    <header className="mb-6">
      {trail.length > 0 && (
        <nav aria-label="Breadcrumb" className="mb-1.5 flex items-center gap-1 text-sm text-ink-subtle">
          {trail.map((place) => (
            <Fragment key={place.href}>
              <Link
                href={place.href}
                className="-mx-1 inline-flex min-h-6 items-center rounded-sm px-1 hover:bg-hover hover:text-ink"
              >
                {place.label}
              </Link>
              <ChevronRight aria-hidden className="size-3.5" />
            </Fragment>
          ))}
        </nav>
      )}
      <div className="flex items-start justify-between gap-4">
        <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 pt-0.5">
          <h1 className="min-w-0 text-2xl font-semibold break-words text-ink">{title}</h1>
          {aside}
        </div>
        {actions && <div className="flex shrink-0 items-center gap-2">{actions}</div>}
      </div>
      {description && <p className="mt-1 max-w-prose text-base break-words text-ink-muted">{description}</p>}
    </header>
  );
}
