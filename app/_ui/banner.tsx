import type { ReactNode } from "react";
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { cn } from "#app/_ui/class-names.ts";

const tones = {
  info: { icon: Info, style: "bg-info-soft text-info-text" },
  success: { icon: CircleCheck, style: "bg-success-soft text-success-text" },
  warning: { icon: TriangleAlert, style: "bg-warning-soft text-warning-text" },
  danger: { icon: CircleAlert, style: "bg-danger-soft text-danger-text" },
} as const;

type BannerProps = {
  tone?: keyof typeof tones;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** Read aloud at once; for what has just happened, not for a standing notice. */
  urgent?: boolean;
  className?: string;
};

/** A notice inside the page: a sentence, and at most one or two actions. */
export function Banner({ tone = "info", title, children, actions, urgent = false, className }: BannerProps) {
  const { icon: Icon, style } = tones[tone];
  return (
    <div
      role={urgent ? "alert" : undefined}
      className={cn(
        "flex flex-wrap items-start gap-x-4 gap-y-2 rounded-lg px-3.5 py-2.5 text-base",
        style,
        className,
      )}
    >
      <div className="flex min-w-0 flex-1 basis-64 items-start gap-2.5">
        <Icon aria-hidden className="mt-[3px] size-4 shrink-0" />
        <div className="min-w-0 break-words">
          {title && <p className="font-medium">{title}</p>}
          {children && <div className="text-ink-muted">{children}</div>}
        </div>
      </div>
      {actions && <div className="flex shrink-0 items-center gap-2">{actions}</div>}
    </div>
  );
}
