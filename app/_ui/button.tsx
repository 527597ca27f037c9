"use client";

import { useId, type ComponentProps, type MouseEvent } from "react";
import { cva, type VariantProps } from "class-variance-authority";
import Link from "next/link";
import { cn } from "#app/_ui/class-names.ts";
import { Spinner } from "#app/_ui/spinner.tsx";
import { Tooltip } from "#app/_ui/tooltip.tsx";

export const buttonStyle = cva(
  "relative inline-flex shrink-0 select-none items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-[background-color,border-color,color,box-shadow] duration-100 aria-disabled:cursor-not-allowed [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary:
          "bg-accent text-on-accent shadow-xs hover:bg-accent-hover aria-disabled:bg-pressed aria-disabled:text-ink-subtle aria-disabled:shadow-none",
        secondary:
          "border border-line-strong bg-raised text-ink shadow-xs hover:bg-hover data-[state=open]:bg-hover aria-disabled:bg-transparent aria-disabled:text-ink-subtle aria-disabled:shadow-none",
        ghost:
          "text-ink-muted hover:bg-hover hover:text-ink data-[state=open]:bg-hover data-[state=open]:text-ink aria-disabled:bg-transparent aria-disabled:text-ink-subtle",
        danger:
          "bg-danger text-on-danger shadow-xs hover:bg-danger-hover aria-disabled:bg-pressed aria-disabled:text-ink-subtle aria-disabled:shadow-none",
        "danger-outline":
          "border border-line-strong bg-raised text-danger-text shadow-xs hover:border-danger-text hover:bg-danger-soft aria-disabled:border-line aria-disabled:bg-transparent aria-disabled:text-ink-subtle aria-disabled:shadow-none",
        link: "h-auto! min-h-6 rounded-sm px-0! text-accent-text underline-offset-4 hover:underline",
      },
      size: {
        sm: "h-7 px-2.5 text-sm",
        md: "h-8 px-3 text-sm pointer-coarse:h-10",
        lg: "h-10 px-4 text-base",
      },
      wide: { true: "w-full" },
    },
    defaultVariants: { variant: "secondary", size: "md" },
  },
);

type ButtonStyle = VariantProps<typeof buttonStyle>;

type ButtonProps = Omit<ComponentProps<"button">, "disabled"> &
  ButtonStyle & {
    /** Shows a spinner and ignores further clicks while work is under way. */
    loading?: boolean;
    /** Why the button cannot be used now. It stays focusable, so that everyone can learn the reason. */
    disabledReason?: string | null | false;
  };

/** The button. A disabled one says why, on hover, on focus and to a screen reader. */
export function Button({
  variant,
  size,
  wide,
  loading = false,
  disabledReason,
  type = "button",
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const reasonId = useId();
  const blocked = Boolean(disabledReason);
  const button = (
    <button
      {...rest}
      type={type}
      aria-disabled={blocked || loading || undefined}
      aria-busy={loading || undefined}
      aria-describedby={blocked ? reasonId : rest["aria-describedby"]}
      onClick={blocked || loading ? preventClick : onClick}
      className={cn(buttonStyle({ variant, size, wide }), className)}
    >
      {/* Only faded, so that the button keeps its width and its name while it works. */}
      <span className={cn("inline-flex items-center gap-1.5", loading && "opacity-0")}>{children}</span>
      {loading && <Spinner className="absolute" />}
      {blocked && (
        <span id={reasonId} hidden>
          {disabledReason}
        </span>
      )}
    </button>
  );
  return disabledReason ? <Tooltip content={disabledReason}>{button}</Tooltip> : button;
}

/** Stops submit buttons as well: aria-disabled alone would still send the form. */
function preventClick(event: MouseEvent<HTMLButtonElement>): void {
  event.preventDefault();
  event.stopPropagation();
}

type ButtonLinkProps = ComponentProps<typeof Link> & ButtonStyle;

/** A link to another place that looks like a button. */
export function ButtonLink({ variant, size, wide, className, ...rest }: ButtonLinkProps) {
  return <Link {...rest} className={cn(buttonStyle({ variant, size, wide }), className)} />;
}
