"use client";

import { useQuery } from "@tanstack/react-query";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";

/** What each permission lets do, in words; its name where the words are not known. */
export function usePermissionWords(): (name: string) => string {
  const api = useApi();
  const { can } = useAccess();
  const all = can("roles.read");
  const permissions = useQuery({ ...api.roles.permissions.queryOptions(), enabled: all });
  // Who makes keys without seeing roles knows at least what keys can hold.
  const scopes = useQuery({ ...api.apiKeys.scopes.queryOptions(), enabled: !all && can("api_keys.write") });
  const known = permissions.data ?? scopes.data ?? [];
  const words = new Map(known.map(({ name, description }) => [name, description]));
  return (name) => words.get(name) ?? name;
}

/** "1 permission", "4 permissions". */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
