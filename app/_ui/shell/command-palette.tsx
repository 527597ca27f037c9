"use client";

import { useEffect, useRef, useState, type ReactNode } from "react";
import { Command, defaultFilter } from "cmdk";
import { CornerDownLeft, Search } from "lucide-react";
import { Dialog } from "radix-ui";
import { cn } from "#app/_ui/class-names.ts";
import { scrimStyle } from "#app/_ui/dialog.tsx";
import { menuItemStyle } from "#app/_ui/menu-style.ts";
import { useReturnFocus } from "#app/_ui/return-focus.ts";
import { Spinner } from "#app/_ui/spinner.tsx";

export type PaletteCommand = {
  /** Unique among all commands. */
  id: string;
  label: string;
  icon: ReactNode;
  /** What stands at the end of the line, such as the project of a task. */
  hint?: string;
  keywords?: string[];
  run: () => void;
  /** Found by the server for the text typed: shown whatever the local filter thinks. */
  found?: boolean;
};

export type PaletteGroup = { label: string; commands: readonly PaletteCommand[] };

type CommandPaletteProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  groups: readonly PaletteGroup[];
  /** Called with the text typed, so that the server can be asked as well. */
  onTextChange: (text: string) => void;
  searching: boolean;
};

/** Opens and closes the palette by Cmd/Ctrl+K from anywhere on the page. */
export function usePaletteShortcut(toggle: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (
        event.key.toLowerCase() !== "k" ||
        !(event.metaKey || event.ctrlKey) ||
        event.shiftKey ||
        event.altKey
      )
        return;
      event.preventDefault();
      toggle();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [toggle]);
}

/** Every place and every safe action, by name; projects and tasks through the server. */
export function CommandPalette({ open, onOpenChange, groups, onTextChange, searching }: CommandPaletteProps) {
  const [text, setText] = useState("");
  const [current, setCurrent] = useState("");
  const focus = useReturnFocus();
  const firstFound = groups.flatMap((group) => group.commands).find((command) => command.found)?.id;
  const [knownFound, setKnownFound] = useState(firstFound);
  // What the server finds comes after what is at hand, but stands above it, and Enter takes what stands on top.
  if (knownFound !== firstFound) {
    setKnownFound(firstFound);
    if (firstFound) setCurrent(firstFound);
  }

  const list = useRef<HTMLDivElement>(null);
  // What was chosen may go away with the answer that brought it; Enter then takes what stands on top all the same.
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (!list.current || list.current.querySelector("[cmdk-item][aria-selected=true]")) return;
      const first = list.current.querySelector("[cmdk-item]:not([aria-disabled=true])");
      setCurrent(first?.getAttribute("data-value") ?? "");
    });
    return () => cancelAnimationFrame(frame);
  });

  function type(next: string): void {
    setText(next);
    onTextChange(next);
  }

  function change(next: boolean): void {
    if (!next) {
      type("");
      setCurrent("");
    }
    onOpenChange(next);
  }

  return (
    <Dialog.Root open={open} onOpenChange={change}>
      <Dialog.Portal>
        <Dialog.Overlay className={scrimStyle} />
        <Dialog.Content
          {...focus}
          aria-describedby={undefined}
          className="fixed inset-x-3 top-3 z-50 mx-auto overflow-hidden rounded-xl border border-line bg-raised shadow-lg outline-none data-[state=closed]:animate-dialog-out data-[state=open]:animate-dialog-in sm:top-[14vh] sm:max-w-xl"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <Command
            label="Search and commands"
            loop
            filter={scoreByWords}
            value={current}
            onValueChange={setCurrent}
          >
            <div className="flex items-center gap-3 border-b border-line px-4">
              <Search aria-hidden className="size-4 shrink-0 text-ink-subtle" />
              <Command.Input
                value={text}
                onValueChange={type}
                maxLength={200}
                placeholder="Search projects and tasks, or go to…"
                className="h-12 min-w-0 flex-1 bg-transparent text-lg text-ink outline-none"
              />
              {searching && <Spinner className="text-ink-subtle" />}
            </div>
            <Command.Empty className="px-4 py-10 text-center text-base text-ink-subtle">
              {searching ? "Searching…" : `Nothing found for “${text}”`}
            </Command.Empty>
            {/* An empty listbox is none: it goes away with its last option. */}
            <Command.List
              ref={list}
              className="max-h-[min(24rem,60dvh)] scroll-py-1 overflow-y-auto p-1.5 not-has-[[cmdk-item]]:hidden"
            >
              {groups.map((group) => (
                <PaletteSection key={group.label} group={group} onDone={() => change(false)} />
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** The value of a command is only its id; what a person types is held against its words. */
function scoreByWords(_id: string, text: string, words: string[] = []): number {
  return defaultFilter(words.join(" "), text);
}

function PaletteSection({ group, onDone }: { group: PaletteGroup; onDone: () => void }) {
  if (group.commands.length === 0) return null;
  return (
    <Command.Group
      heading={group.label}
      forceMount={group.commands.some((command) => command.found)}
      className="mb-1 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-subtle"
    >
      {group.commands.map((command) => (
        <Command.Item
          key={command.id}
          value={command.id}
          keywords={[command.label, ...(command.keywords ?? [])]}
          forceMount={command.found}
          onSelect={() => {
            onDone();
            command.run();
          }}
          className={cn(menuItemStyle, "group/command min-h-9 gap-2.5 px-2.5 [&_svg]:text-ink-subtle")}
        >
          {command.icon}
          <span className="clip-line">{command.label}</span>
          {command.hint && <span className="clip-line text-sm text-ink-subtle">{command.hint}</span>}
          <CornerDownLeft
            aria-hidden
            className="ml-auto opacity-0 group-data-[selected=true]/command:opacity-100"
          />
        </Command.Item>
      ))}
    </Command.Group>
  );
}
