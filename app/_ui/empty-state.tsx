import type { ReactNode } from "react";
import { CircleCheckBig, Hourglass, Lock, SearchX, TriangleAlert } from "lucide-react";
import { cn } from "#app/_ui/class-names.ts";

type EmptyStateProps = {
  icon: ReactNode;
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  tone?: "plain" | "danger";
};

/** The shared shape of the four below; take one of them, so that each empty place says why it is empty. */
function EmptyState({ icon, title, text, action, tone = "plain" }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span
        aria-hidden
        className={cn(
          "mb-4 grid size-11 place-items-center rounded-xl border [&_svg]:size-5",
          tone === "danger"
            ? "border-transparent bg-danger-soft text-danger-text"
            : "border-line bg-sunken text-ink-subtle",
        )}
      >
        {icon}
      </span>
      <h2 className="text-lg font-semibold text-ink">{title}</h2>
      {text && <p className="mt-1 max-w-sm text-base text-ink-muted">{text}</p>}
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** Nothing was ever made here: says what the place is for, and how to begin. */
export function FirstUse(props: { icon: ReactNode; title: string; text: ReactNode; action?: ReactNode }) {
  return <EmptyState {...props} />;
}

/** There are things, but none fits the filters; the action clears them. */
export function NoResults({ what, action }: { what: string; action: ReactNode }) {
  return (
    <EmptyState
      icon={<SearchX />}
      title={`No ${what} found`}
      text="Nothing matches the search and filters."
      action={action}
    />
  );
}

/** Everything was dealt with: a small reward, not a call to work. */
export function AllCleared(props: { title: string; text?: ReactNode; action?: ReactNode }) {
  return <EmptyState icon={<CircleCheckBig className="text-success-text" />} {...props} />;
}

/** The member's role does not reach here; trying again would not help. */
export function Refused({ message }: { message: string }) {
  return <EmptyState icon={<Lock />} title="You cannot see this" text={message} />;
}

/** More was asked for than the limit allows; nothing is broken, and a moment later it goes on. */
export function TooFast({ message, action }: { message: string; action: ReactNode }) {
  return <EmptyState icon={<Hourglass />} title="A moment, please" text={message} action={action} />;
}

/** The place could not be loaded; says why and lets one try again. */
export function LoadFailed({ message, action }: { message: string; action?: ReactNode }) {
  return (
    <div role="alert">
      <EmptyState
        tone="danger"
        icon={<TriangleAlert />}
        title="This could not be loaded"
        text={message}
        action={action}
      />
    </div>
  );
}
