"use client";

import { useState } from "react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronDown, FolderKanban } from "lucide-react";
import { useApi } from "#app/_trpc/client.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { Combobox } from "#app/_ui/combobox.tsx";
import { usePickerProps } from "#app/_ui/field.tsx";
import { controlStyle } from "#app/_ui/input.tsx";
import { useSettled } from "#app/_ui/settled.ts";

const settleMs = 160;
const shownMax = 20;

/** One active project, searched for by the server, as a form control. */
export function ProjectField({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const api = useApi();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [name, setName] = useState<string | null>(null);
  const search = useSettled(text.trim(), settleMs);
  const projects = useQuery({
    ...api.projects.list.queryOptions({ ...(search ? { search } : {}), status: "active", limit: shownMax }),
    enabled: open,
    placeholderData: keepPreviousData,
  });
  const tied = usePickerProps();
  const found = projects.data?.items ?? [];
  return (
    <Combobox
      label="Project"
      value={value || null}
      loading={projects.isFetching}
      onOpenChange={setOpen}
      onSearch={setText}
      options={found.map((project) => ({
        value: project.id,
        label: project.name,
        icon: <FolderKanban aria-hidden className="text-ink-subtle" />,
      }))}
      onValueChange={(id) => {
        setName(found.find((project) => project.id === id)?.name ?? null);
        onChange(id);
      }}
      trigger={
        <button
          type="button"
          {...tied}
          className={cn(controlStyle, "inline-flex h-9 items-center gap-2 text-left pointer-coarse:h-11")}
        >
          <FolderKanban aria-hidden className="size-4 shrink-0 text-ink-subtle" />
          <span className={cn("clip-line flex-1", !value && "text-ink-subtle")}>
            {value ? name : "Choose a project"}
          </span>
          <ChevronDown aria-hidden className="size-4 shrink-0 text-ink-subtle" />
        </button>
      }
    />
  );
}
