"use client";

import { useState } from "react";
import { skipToken, useQuery } from "@tanstack/react-query";
import {
  Bell,
  BookOpen,
  CreditCard,
  FolderKanban,
  ListTodo,
  LogOut,
  Plus,
  SunMoon,
  UserPlus,
} from "lucide-react";
import { useAccess, useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { personalPlaces } from "#app/(console)/[org]/_shell/personal-places.ts";
import { signOut } from "#app/(console)/_account/sign-out.ts";
import { useApi } from "#app/_trpc/client.tsx";
import type { Outputs } from "#app/_trpc/types.ts";
import { Avatar } from "#app/_ui/avatar.tsx";
import { CommandPalette, type PaletteCommand, type PaletteGroup } from "#app/_ui/shell/command-palette.tsx";
import { useGo } from "#app/_ui/shell/go.ts";
import type { PlaceGroup } from "#app/_ui/shell/navigation.ts";
import { useSettled } from "#app/_ui/settled.ts";
import { chooseTheme, themes } from "#app/_ui/theme-switch.tsx";
import type { Permission } from "#server/access/permissions.ts";
import { FindAnything } from "#server/projects/schema.ts";

const settleMs = 160;

type ConsolePaletteProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  groups: readonly PlaceGroup[];
  me: Outputs["session"]["me"];
};

/** The command palette of an organization: what the server finds, then places, actions and other organizations. */
export function ConsolePalette({ open, onOpenChange, groups, me }: ConsolePaletteProps) {
  const [text, setText] = useState("");
  const found = useFound(text);
  const places = usePlaceCommands(groups, me);
  const actions = useActionCommands();
  const organizations = useOrganizationCommands(me);
  return (
    <CommandPalette
      open={open}
      onOpenChange={onOpenChange}
      onTextChange={setText}
      searching={found.searching}
      groups={[
        ...found.groups,
        { label: "Go to", commands: places },
        { label: "Actions", commands: actions },
        { label: "Switch organization", commands: organizations },
      ]}
    />
  );
}

function useFound(text: string): { groups: PaletteGroup[]; searching: boolean } {
  const api = useApi();
  const go = useGo();
  const { slug } = useOrganization();
  const query = useSettled(text.trim(), settleMs);
  const found = useQuery({
    ...api.search.find.queryOptions(query ? { query } : skipToken),
    placeholderData: (previous, asked) =>
      isSameSearch(wordsOf(asked?.queryKey), query) ? previous : undefined,
  });
  // What was found for other words would stand on top, and the next Enter would take it.
  if (!isSameSearch(text.trim(), query)) return { groups: [], searching: text.trim() !== "" };
  const projects = (found.data?.projects ?? []).map((project) => ({
    id: `project:${project.id}`,
    label: project.name,
    icon: <FolderKanban aria-hidden />,
    found: true,
    run: () => go(`/${slug}/projects/${project.id}`),
  }));
  const tasks = (found.data?.tasks ?? []).map((task) => ({
    id: `task:${task.id}`,
    label: task.title,
    hint: task.projectName,
    icon: <ListTodo aria-hidden />,
    found: true,
    run: () => go(`/${slug}/projects/${task.projectId}?task=${task.id}`),
  }));
  return {
    searching: found.isFetching,
    groups: [
      { label: "Projects", commands: projects },
      { label: "Tasks", commands: tasks },
    ],
  };
}

/** The words that a call of the search asked for. */
function wordsOf(queryKey: readonly unknown[] | undefined): string {
  const [, call] = queryKey ?? [];
  const input = typeof call === "object" && call !== null && "input" in call ? call.input : null;
  const parsed = FindAnything.safeParse(input);
  return parsed.success ? parsed.data.query : "";
}

/** Whether somebody types on, or takes letters back: what was found for the one fits the other well enough. */
function isSameSearch(one: string, other: string): boolean {
  return one !== "" && other !== "" && (one.startsWith(other) || other.startsWith(one));
}

function usePlaceCommands(groups: readonly PlaceGroup[], me: Outputs["session"]["me"]): PaletteCommand[] {
  const go = useGo();
  const { slug } = useOrganization();
  const notifications = {
    href: `/${slug}/notifications`,
    label: "Notifications",
    icon: Bell,
    keywords: ["inbox", "unread", "mail", "preferences"],
  };
  const places = [...groups.flatMap((group) => group.places), notifications, ...personalPlaces(me)];
  return places.map((place) => ({
    id: `place:${place.href}`,
    label: place.label,
    icon: <place.icon aria-hidden />,
    keywords: place.keywords ?? [],
    run: () => go(place.href),
  }));
}

/** Opens the form of something new; each by the permission that it needs. */
const creations = [
  { needs: "tasks.write", label: "New task", at: "/tasks?task=new", words: ["add"] },
  { needs: "projects.write", label: "New project", at: "/projects?project=new", words: ["add"] },
  {
    needs: "members.write",
    label: "Invite people",
    at: "/members?invite=new",
    words: ["member", "add", "mail"],
  },
  { needs: "roles.write", label: "New role", at: "/roles/new", words: ["permissions"] },
  { needs: "api_keys.write", label: "New API key", at: "/api-keys?key=new", words: ["token"] },
  { needs: "webhooks.write", label: "New webhook endpoint", at: "/webhooks/new", words: ["address"] },
] as const satisfies readonly { needs: Permission; label: string; at: string; words: readonly string[] }[];

/** Only acts that are safe or that ask first: nothing here changes data by a slip of the finger. */
function useActionCommands(): PaletteCommand[] {
  const go = useGo();
  const { slug } = useOrganization();
  const { can } = useAccess();
  const create = creations
    .filter(({ needs }) => can(needs))
    .map(({ needs, label, at, words }) => ({
      id: `action:create-${needs}`,
      label,
      icon: needs === "members.write" ? <UserPlus aria-hidden /> : <Plus aria-hidden />,
      keywords: ["create", ...words],
      run: () => go(`/${slug}${at}`),
    }));
  const plan = {
    id: "action:change-plan",
    label: "Change plan",
    icon: <CreditCard aria-hidden />,
    keywords: ["upgrade", "downgrade", "buy", "trial", "pricing", "billing"],
    run: () => go(`/${slug}/billing/plans`),
  };
  const reference = {
    id: "action:api-reference",
    label: "API reference",
    icon: <BookOpen aria-hidden />,
    keywords: ["docs", "rest", "openapi", "client", "developer"],
    run: () => go("/docs/api"),
  };
  const theme = themes.map((choice) => ({
    id: `action:theme-${choice.value}`,
    label: `Theme: ${choice.label}`,
    icon: <SunMoon aria-hidden />,
    keywords: ["dark", "light", "appearance", "colour"],
    run: () => chooseTheme(choice.value),
  }));
  const leave = {
    id: "action:sign-out",
    label: "Sign out",
    icon: <LogOut aria-hidden />,
    keywords: ["log out", "leave"],
    run: signOut,
  };
  return [...create, ...(can("billing.manage") ? [plan] : []), reference, ...theme, leave];
}

function useOrganizationCommands(me: Outputs["session"]["me"]): PaletteCommand[] {
  const go = useGo();
  const { id } = useOrganization();
  return me.organizations
    .filter((organization) => organization.id !== id)
    .map((organization) => ({
      id: `organization:${organization.slug}`,
      label: organization.name,
      hint: organization.roleName,
      icon: <Avatar name={organization.name} shape="organization" size="xs" />,
      keywords: ["switch", organization.slug],
      run: () => go(`/${organization.slug}`),
    }));
}
