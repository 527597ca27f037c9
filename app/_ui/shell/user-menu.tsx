"use client";

import { ChevronsUpDown, LogOut } from "lucide-react";
import Link from "next/link";
import { Avatar } from "#app/_ui/avatar.tsx";
import {
  DropdownMenu,
  MenuItem,
  MenuLabel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
} from "#app/_ui/dropdown-menu.tsx";
import type { Place } from "#app/_ui/shell/navigation.ts";
import { chooseTheme, themes, useTheme } from "#app/_ui/theme-switch.tsx";
import { readTheme } from "#app/_ui/theme.ts";

type UserMenuProps = {
  name: string;
  email: string;
  /** The person's own places: account, and for staff the operator's. */
  places: readonly Place[];
  onSignOut: () => void;
};

/** Who is signed in, what belongs to the person, and the way out. */
export function UserMenu({ name, email, places, onSignOut }: UserMenuProps) {
  return (
    <DropdownMenu
      align="start"
      side="top"
      className="w-64"
      trigger={
        <button
          type="button"
          className="flex h-11 items-center gap-2.5 rounded-md px-1.5 text-left transition-colors duration-100 hover:bg-hover data-[state=open]:bg-hover pointer-coarse:h-12"
        >
          <Avatar name={name} className="size-7" />
          <span className="min-w-0 flex-1">
            <span className="clip-line block text-sm font-medium text-ink">{name}</span>
            <span className="clip-line block text-xs text-ink-subtle">{email}</span>
          </span>
          <span className="sr-only">(user menu)</span>
          <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-ink-subtle" />
        </button>
      }
    >
      {places.map((place) => (
        <MenuItem key={place.href} asChild>
          <Link href={place.href}>
            <place.icon aria-hidden />
            {place.label}
          </Link>
        </MenuItem>
      ))}
      <MenuSeparator />
      <ThemeItems />
      <MenuSeparator />
      <MenuItem onSelect={onSignOut}>
        <LogOut aria-hidden />
        Sign out
      </MenuItem>
    </DropdownMenu>
  );
}

/** The theme as menu items: a segmented switch would not be reachable by the menu's arrow keys. */
function ThemeItems() {
  const theme = useTheme();
  return (
    <>
      <MenuLabel>Theme</MenuLabel>
      <MenuRadioGroup value={theme} onValueChange={(value) => chooseTheme(readTheme(value))}>
        {themes.map(({ value, label, icon: Icon }) => (
          <MenuRadioItem key={value} value={value} onSelect={(event) => event.preventDefault()}>
            <Icon aria-hidden className="text-ink-subtle" />
            {label}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </>
  );
}
