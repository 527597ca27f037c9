"use client";

import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Hourglass } from "lucide-react";
import { useAccess } from "#app/(console)/[org]/_shell/organization.ts";
import { daysInWords } from "#app/(console)/[org]/api-keys/key-days.ts";
import { useKeyActs } from "#app/(console)/[org]/api-keys/mutations.ts";
import { useApi } from "#app/_trpc/client.tsx";
import { Button } from "#app/_ui/button.tsx";
import { DropdownMenu, MenuLabel, MenuRadioGroup, MenuRadioItem } from "#app/_ui/dropdown-menu.tsx";
import { toastError } from "#app/_ui/toast.tsx";

const choices = [30, 90, 180, 365, null] as const;

/** How long a key of this organization may live; who manages keys can change it. */
export function LongestLife() {
  const api = useApi();
  const { why } = useAccess();
  const { updateSettings } = useKeyActs();
  const settings = useQuery(api.apiKeys.settings.queryOptions());
  const [saving, setSaving] = useState(false);
  if (!settings.data) return null;
  const { keyDaysMax } = settings.data;
  const refused = why("api_keys.manage");
  const button = (
    <Button variant="ghost" loading={saving} disabledReason={refused}>
      <Hourglass aria-hidden />
      Longest life: {keyDaysMax === null ? "any" : daysInWords(keyDaysMax)}
    </Button>
  );
  if (refused) return button;

  async function choose(value: string): Promise<void> {
    setSaving(true);
    await updateSettings(value === "null" ? null : Number(value)).catch(toastError);
    setSaving(false);
  }

  const all = choices.some((days) => days === keyDaysMax) ? choices : [keyDaysMax, ...choices];
  return (
    <DropdownMenu trigger={button}>
      <MenuLabel>Keys made from now on live at most</MenuLabel>
      <MenuRadioGroup value={String(keyDaysMax)} onValueChange={(value) => void choose(value)}>
        {all.map((days) => (
          <MenuRadioItem key={String(days)} value={String(days)}>
            {days === null ? "As long as they want" : daysInWords(days)}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </DropdownMenu>
  );
}
