import type { ComponentProps, ReactNode } from "react";
import { cn } from "#app/_ui/class-names.ts";

/** A quiet frame around things that belong together. */
export function Card({ className, ...rest }: ComponentProps<"section">) {
  return <section {...rest} className={cn("rounded-xl border border-line bg-surface", className)} />;
}

type CardHeaderProps = {
  id?: string;
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  className?: string;
};

/** Title, one sentence and actions at the top of a card. */
export function CardHeader({ id, title, description, actions, className }: CardHeaderProps) {
  return (
    <header className={cn("flex items-start justify-between gap-4 px-5 pt-4 pb-3", className)}>
      <div className="min-w-0">
        <h2 id={id} className="text-base font-semibold text-ink">
          {title}
        </h2>
        {description && <p className="mt-0.5 text-sm text-ink-subtle">{description}</p>}
      </div>
      {actions && <div className="flex shrink-0 items-center gap-2">{actions}</div>}
    </header>
  );
}

/** The inside of a card. */
export function CardBody({ className, ...rest }: ComponentProps<"div">) {
  return <div {...rest} className={cn("px-5 pb-5", className)} />;
}

/** The strip at the foot of a card, where a form's note and buttons stand. */
export function CardFooter({ className, ...rest }: ComponentProps<"footer">) {
  return (
    <footer
      {...rest}
      className={cn(
        "flex flex-wrap items-center justify-between gap-3 rounded-b-xl border-t border-line bg-sunken px-5 py-3 text-sm text-ink-subtle",
        className,
      )}
    />
  );
}
