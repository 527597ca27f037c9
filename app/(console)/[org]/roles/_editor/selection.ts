type Permission = { name: string; needs: readonly string[] };

/** A permission with everything that it needs, and what those need. */
export function withNeeds(name: string, registry: readonly Permission[]): string[] {
  const found = new Set([name]);
  // A set is walked to its end, what is added on the way included.
  for (const one of found) {
    for (const needed of registry.find((permission) => permission.name === one)?.needs ?? [])
      found.add(needed);
  }
  return [...found];
}

/** Chosen permissions that need this one: while they are chosen it stays. */
export function neededBy(name: string, chosen: readonly string[], registry: readonly Permission[]): string[] {
  return chosen.filter((other) => other !== name && withNeeds(other, registry).includes(name));
}

/** Ticks permissions together with what they need, in the registry's order. */
export function choose(
  chosen: readonly string[],
  names: readonly string[],
  registry: readonly Permission[],
): string[] {
  const wanted = new Set([...chosen, ...names.flatMap((name) => withNeeds(name, registry))]);
  return registry.map(({ name }) => name).filter((name) => wanted.has(name));
}

/** Takes permissions away, except those that another one needs which stays. */
export function unchoose(
  chosen: readonly string[],
  names: readonly string[],
  registry: readonly Permission[],
): string[] {
  const staying = chosen.filter((name) => !names.includes(name));
  return chosen.filter((name) => staying.includes(name) || neededBy(name, staying, registry).length > 0);
}
