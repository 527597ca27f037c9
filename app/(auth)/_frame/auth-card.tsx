import type { ReactNode } from "react";

type AuthCardProps = {
  /** A small picture above the title, where the page says something instead of asking. */
  icon?: ReactNode;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** The way to the neighbouring page, under the card. */
  footer?: ReactNode;
};

/** One thing to do, in the middle of the screen; on a phone without a frame. */
export function AuthCard({ icon, title, description, children, footer }: AuthCardProps) {
  return (
    <div className="w-full max-w-[25.5rem]">
      <section className="flex flex-col gap-6 bg-surface sm:rounded-xl sm:border sm:border-line sm:p-8 sm:shadow-sm">
        <header className="flex flex-col gap-1.5">
          {icon && (
            <span
              aria-hidden
              className="mb-3 grid size-11 place-items-center rounded-xl bg-accent-soft text-accent-text [&_svg]:size-5"
            >
              {icon}
            </span>
          )}
          <h1 className="text-2xl font-semibold text-ink">{title}</h1>
          {description && <div className="text-base break-words text-ink-muted">{description}</div>}
        </header>
        {children}
      </section>
      {footer && <div className="mt-6 text-center text-base text-ink-muted">{footer}</div>}
    </div>
  );
}
