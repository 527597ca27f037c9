"use client";

import type { ComponentProps } from "react";
import { cn } from "#app/_ui/class-names.ts";
import { Tooltip } from "#app/_ui/tooltip.tsx";

type IconButtonProps = Omit<ComponentProps<"button">, "aria-label"> & {
  /** The button's name; shown as its tooltip too. */
  label: string;
  size?: "sm" | "md";
  tooltipSide?: "top" | "right" | "bottom" | "left";
  /** Leaves the tooltip out where the name already stands beside the button. */
  plain?: boolean;
};

/** A square button with only an icon; its name is read aloud and shown as a tooltip. */
export function IconButton({
  label,
  size = "md",
  tooltipSide = "top",
  plain = false,
  className,
  type = "button",
  ...rest
}: IconButtonProps) {
  const button = (
    <button
      {...rest}
      type={type}
      aria-label={label}
      className={cn(
        "inline-grid shrink-0 place-items-center rounded-md text-ink-muted transition-colors duration-100 hover:bg-hover hover:text-ink data-[state=open]:bg-hover data-[state=open]:text-ink disabled:cursor-not-allowed disabled:text-ink-subtle disabled:opacity-60 disabled:hover:bg-transparent [&_svg]:size-4",
        size === "sm" ? "size-7 pointer-coarse:size-9" : "size-8 pointer-coarse:size-10",
        className,
      )}
    />
  );
  if (plain) return button;
  return (
    <Tooltip content={label} side={tooltipSide}>
      {button}
    </Tooltip>
  );
}
