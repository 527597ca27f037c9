export const tenantStates = [
  "provisioning",
  "active",
  "read_only",
  "suspended",
  "moving",
  "erasing",
] as const;
export type TenantState = (typeof tenantStates)[number];

/** Where a tenant stands and what this process believes of it; the guard row holds the truth. */
export type Placement = {
  tenantId: string;
  shardId: string;
  schema: string;
  state: TenantState;
  epoch: number;
  keyVersion: number;
};

/** Looks a placement up in the platform's directory; null when there is no such tenant. */
export type FindPlacement = (tenantId: string) => Promise<Placement | null>;

const ttlMs = 30_000;
const entriesMax = 10_000;

/**
 * Placements as last read. A stale entry does no harm: the guard refuses it at the door and the
 * kernel reads again. The bound keeps memory flat over any number of tenants.
 */
export class PlacementCache {
  readonly #entries = new Map<string, { placement: Placement; until: number }>();
  readonly #find: FindPlacement;

  constructor(find: FindPlacement) {
    this.#find = find;
  }

  /** What is known of a tenant, read no longer ago than `ageMsMax`. */
  async get(tenantId: string, ageMsMax = ttlMs): Promise<Placement | null> {
    const hit = this.#entries.get(tenantId);
    if (hit && hit.until - ttlMs + ageMsMax > Date.now()) return hit.placement;
    const placement = await this.#find(tenantId);
    this.#entries.delete(tenantId);
    if (placement) {
      if (this.#entries.size >= entriesMax) this.#entries.delete(this.#entries.keys().next().value as string);
      this.#entries.set(tenantId, { placement, until: Date.now() + ttlMs });
    }
    return placement;
  }

  forget(tenantId: string): void {
    this.#entries.delete(tenantId);
  }
}
