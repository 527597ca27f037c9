"use client";

import { useQuery } from "@tanstack/react-query";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { useApi } from "#app/_trpc/client.tsx";

/** What each permission lets do, in words; its name where the words are not known. */
export function usePermissionWords(): (name: string) => string {
  const api = useApi();
  const { can } = useAccess();
  const { data } = useQuery({ ...api.roles.permissions.queryOptions(), enabled: can("roles.read") });
  const words = new Map(data?.map(({ name, description }) => [name, description]));
  return (name) => words.get(name) ?? name;
}

/** "1 permission", "4 permissions". */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
