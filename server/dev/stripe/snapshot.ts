import { existsSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";

import { API_VERSION, type Kind, type World } from "./world.ts";

const EVENTS_KEPT = 2_000;
const DEBOUNCE_MS = 250;

/** Brings back what a former run left. A file of another API version, or a torn one, is left alone. */
export function restore(world: World, file: string): void {
  if (!existsSync(file)) return;
  let kept: Record<string, unknown>;
  try {
    kept = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return;
  }
  if (kept.version !== API_VERSION) return;
  // The file is our own writing below, of the same version.
  const { tables, hidden, usage, retries, ahead, base } = kept as unknown as Kept;
  for (const [kind, objects] of Object.entries(tables))
    for (const object of objects) world.put(kind as Kind, object as never);
  for (const [id, facts] of hidden) world.hidden.set(id, facts);
  for (const [identifier, facts] of usage) world.usage.set(identifier, facts);
  world.retries = retries;
  world.ahead = ahead;
  world.base = base;
}

/** Leads the links to hosted pages to where this run has them. */
export function moveTo(world: World, base: string): void {
  const moved = (link: string) =>
    link.startsWith(`${world.base}/`) ? base + link.slice(world.base.length) : link;
  for (const one of world.all("invoice"))
    if (one.hosted_invoice_url)
      world.put("invoice", { ...one, hosted_invoice_url: moved(one.hosted_invoice_url) });
  for (const one of world.all("checkout.session"))
    if (one.url) world.put("checkout.session", { ...one, url: moved(one.url) });
  for (const one of world.all("billing_portal.session"))
    world.put("billing_portal.session", { ...one, url: moved(one.url) });
  world.base = base;
}

type Kept = {
  tables: Record<string, { id: string }[]>;
  hidden: [string, World["hidden"] extends Map<string, infer Facts> ? Facts : never][];
  usage: [string, World["usage"] extends Map<string, infer Facts> ? Facts : never][];
  retries: World["retries"];
  ahead: number;
  base: string;
};

function written(world: World): string {
  const tables = Object.fromEntries(
    Object.entries(world.tables).map(([kind, table]) => {
      const all = [...table.values()];
      return [kind, kind === "event" ? all.slice(-EVENTS_KEPT) : all];
    }),
  );
  return JSON.stringify({
    version: API_VERSION,
    tables,
    hidden: [...world.hidden],
    usage: [...world.usage],
    retries: world.retries,
    ahead: world.ahead,
    base: world.base,
  });
}

export type Snapshot = { touch: () => void; close: () => Promise<void> };

/** Writes the world to a file a moment after the last change: beside it first, then in its place. */
export function keepSnapshot(world: World, file: string): Snapshot {
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<unknown> = Promise.resolve();
  let failure: unknown;
  const write = async () => {
    const beside = `${file}.${process.pid}.new`;
    await writeFile(beside, written(world), { mode: 0o600 });
    await rename(beside, file);
  };
  const begin = () => {
    timer = undefined;
    // The next change tries again; whoever closes hears of the last failure.
    writing = writing.then(write).then(
      () => (failure = undefined),
      (error: unknown) => (failure = error),
    );
  };
  return {
    touch() {
      timer ??= setTimeout(begin, DEBOUNCE_MS).unref();
    },
    async close() {
      if (timer) {
        clearTimeout(timer);
        begin();
      }
      await writing;
      if (failure) throw failure;
    },
  };
}
