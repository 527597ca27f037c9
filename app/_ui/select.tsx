"use client";

import type { ReactNode } from "react";
import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import { cn } from "#app/_ui/class-names.ts";
import { useControlProps, useField } from "#app/_ui/field.tsx";
import { controlStyle } from "#app/_ui/input.tsx";
import { menuItemStyle, menuPanelStyle } from "#app/_ui/menu-style.ts";

export type SelectOption<Value extends string> = {
  value: Value;
  label: string;
  icon?: ReactNode;
  hint?: string;
};

type SelectProps<Value extends string> = {
  value: Value | undefined;
  onValueChange: (value: Value) => void;
  options: readonly SelectOption<Value>[];
  placeholder?: string;
  disabled?: boolean;
  /** Needed outside of a Field. */
  "aria-label"?: string;
  /** Takes the focus when the dialog around it opens. */
  "data-autofocus"?: boolean;
  id?: string;
  className?: string;
};

/** One of a few choices. For many, or for people, take the Combobox. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { value, onValueChange, options, placeholder, disabled, className } = props;
  const field = useField();
  const tied = useControlProps({ id: props.id });
  return (
    <Radix.Root
      value={value ?? ""}
      // Radix hands back one of the values listed below, and those are of type Value.
      onValueChange={(next) => onValueChange(next as Value)}
      disabled={disabled}
    >
      <Radix.Trigger
        {...tied}
        aria-label={props["aria-label"]}
        data-autofocus={props["data-autofocus"]}
        aria-labelledby={props["aria-label"] ? undefined : field?.labelId}
        className={cn(
          controlStyle,
          "inline-flex h-9 items-center justify-between gap-2 text-left data-[placeholder]:text-ink-subtle pointer-coarse:h-11",
          className,
        )}
      >
        <span className="clip-line">
          <Radix.Value placeholder={placeholder} />
        </span>
        <Radix.Icon>
          <ChevronDown aria-hidden className="size-4 text-ink-subtle" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className={cn(
            menuPanelStyle,
            "max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width)",
          )}
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item key={option.value} value={option.value} className={cn(menuItemStyle, "pr-8")}>
                <Radix.ItemText>
                  <span className="inline-flex items-center gap-2">
                    {option.icon}
                    {option.label}
                  </span>
                </Radix.ItemText>
                {option.hint && <span className="text-xs text-ink-subtle">{option.hint}</span>}
                <Radix.ItemIndicator className="absolute right-2">
                  <Check aria-hidden className="size-4 text-accent-text" />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
