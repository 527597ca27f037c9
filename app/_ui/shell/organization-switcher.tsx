"use client";

import { Check, ChevronsUpDown, Plus } from "lucide-react";
import Link from "next/link";
import { Avatar } from "#app/_ui/avatar.tsx";
import { DropdownMenu, MenuItem, MenuLabel, MenuSeparator } from "#app/_ui/dropdown-menu.tsx";

export type SwitcherOrganization = { slug: string; name: string; note: string };

type OrganizationSwitcherProps = {
  organizations: readonly SwitcherOrganization[];
  /** Slug of the one on the screen; null where a page belongs to none. */
  current: string | null;
  /** Shown while there is no current one. */
  placeholder?: string;
  createHref: string;
};

/** Names the organization on the screen and leads to the person's others. */
export function OrganizationSwitcher(props: OrganizationSwitcherProps) {
  const { organizations, current, placeholder = "Choose an organization", createHref } = props;
  const chosen = organizations.find((organization) => organization.slug === current);
  return (
    <DropdownMenu
      align="start"
      className="w-64"
      trigger={
        <button
          type="button"
          className="flex h-10 items-center gap-2.5 rounded-md px-1.5 text-left transition-colors duration-100 hover:bg-hover data-[state=open]:bg-hover pointer-coarse:h-12"
        >
          {chosen && <Avatar name={chosen.name} shape="organization" className="size-7 text-xs" />}
          <span className="clip-line flex-1 text-base font-semibold text-ink">
            {chosen?.name ?? placeholder}
          </span>
          <span className="sr-only">(switch organization)</span>
          <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-ink-subtle" />
        </button>
      }
    >
      <MenuLabel>Organizations</MenuLabel>
      {organizations.map((organization) => (
        <MenuItem key={organization.slug} asChild>
          <Link
            href={`/${organization.slug}`}
            aria-current={organization.slug === current ? "true" : undefined}
            className="py-1.5"
          >
            <Avatar name={organization.name} shape="organization" className="size-7 text-xs" />
            <span className="min-w-0 flex-1">
              <span className="clip-line block font-medium">{organization.name}</span>
              <span className="clip-line block text-xs text-ink-subtle">{organization.note}</span>
            </span>
            {organization.slug === current && <Check aria-hidden className="text-accent-text!" />}
          </Link>
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem asChild>
        <Link href={createHref}>
          <span className="grid size-7 place-items-center">
            <Plus aria-hidden />
          </span>
          Create organization
        </Link>
      </MenuItem>
    </DropdownMenu>
  );
}
