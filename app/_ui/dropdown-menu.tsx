"use client";

import type { ComponentProps, ReactNode } from "react";
import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import { cn } from "#app/_ui/class-names.ts";
import { menuItemStyle, menuLabelStyle, menuPanelStyle, menuSeparatorStyle } from "#app/_ui/menu-style.ts";

type DropdownMenuProps = {
  /** The button that opens the menu; it must forward its ref and props. */
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "center" | "end";
  side?: "top" | "bottom";
  className?: string;
};

/** A menu of actions or places under a button. */
export function DropdownMenu({
  trigger,
  children,
  align = "end",
  side = "bottom",
  className,
}: DropdownMenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className={cn(
            menuPanelStyle,
            "max-h-(--radix-dropdown-menu-content-available-height) overflow-y-auto",
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

type MenuItemProps = Omit<ComponentProps<typeof Radix.Item>, "disabled"> & {
  danger?: boolean;
  /** Why the item cannot be used; shown under its label. */
  disabledReason?: string | null | false;
};

/** One action. With `asChild` and a Link inside it is a place. */
export function MenuItem({ danger = false, disabledReason, className, children, ...rest }: MenuItemProps) {
  return (
    <Radix.Item
      {...rest}
      disabled={Boolean(disabledReason)}
      className={cn(
        menuItemStyle,
        "[&_svg]:text-ink-subtle",
        danger && "text-danger-text data-[highlighted]:bg-danger-soft [&_svg]:text-danger-text",
        className,
      )}
    >
      {disabledReason ? (
        <span className="flex flex-col">
          <span className="flex items-center gap-2">{children}</span>
          <span className="max-w-56 pl-6 text-xs text-ink-subtle">{disabledReason}</span>
        </span>
      ) : (
        children
      )}
    </Radix.Item>
  );
}

/** One of several things that can be on at once; the menu stays open. */
export function MenuCheckItem({ className, children, ...rest }: ComponentProps<typeof Radix.CheckboxItem>) {
  return (
    <Radix.CheckboxItem
      {...rest}
      onSelect={(event) => event.preventDefault()}
      className={cn(menuItemStyle, "pr-8", className)}
    >
      {children}
      <Radix.ItemIndicator className="absolute right-2">
        <Check aria-hidden className="text-accent-text" />
      </Radix.ItemIndicator>
    </Radix.CheckboxItem>
  );
}

/** One of several things of which exactly one is on. */
export function MenuRadioItem({ className, children, ...rest }: ComponentProps<typeof Radix.RadioItem>) {
  return (
    <Radix.RadioItem {...rest} className={cn(menuItemStyle, "pr-8", className)}>
      {children}
      <Radix.ItemIndicator className="absolute right-2">
        <Check aria-hidden className="text-accent-text" />
      </Radix.ItemIndicator>
    </Radix.RadioItem>
  );
}

/** Holds MenuRadioItems. */
export const MenuRadioGroup = Radix.RadioGroup;

/** A heading over a group of items. */
export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className={menuLabelStyle}>{children}</Radix.Label>;
}

/** A hairline between groups. */
export function MenuSeparator() {
  return <Radix.Separator className={menuSeparatorStyle} />;
}
