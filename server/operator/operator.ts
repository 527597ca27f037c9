import { platformDb } from "../platform/database.ts";

/** The fleet at a glance. Counts and directory entries only: an operator sees no organization's data. */
export async function fleetOverview() {
  const db = platformDb();
  const [states, readySchemas, figures, recent] = await Promise.all([
    db.tenant.groupBy({
      by: ["state"],
      where: { organization: { is: { discardedAt: null } } },
      _count: { _all: true },
    }),
    db.tenant.count({ where: { state: "active", claimedAt: null } }),
    db.$queryRaw<
      { pending: bigint; oldest_seconds: number; dead: bigint }[]
    >`SELECT * FROM astra.outbox_figures()`,
    db.organization.findMany({
      where: { discardedAt: null },
      orderBy: { createdAt: "desc" },
      take: 10,
      select: {
        id: true,
        slug: true,
        name: true,
        plan: true,
        createdAt: true,
        tenant: { select: { state: true } },
      },
    }),
  ]);
  const byState = states.map((row) => ({ state: row.state, count: row._count._all }));
  const outbox = figures[0];
  return {
    organizations: { total: byState.reduce((sum, row) => sum + row.count, 0), byState },
    readySchemas,
    outbox: {
      pending: Number(outbox?.pending ?? 0),
      oldestSeconds: Math.round(outbox?.oldest_seconds ?? 0),
      dead: Number(outbox?.dead ?? 0),
    },
    recentOrganizations: recent.map(({ tenant, ...organization }) => ({
      ...organization,
      state: tenant.state,
    })),
  };
}

/** Whether an account is staff that runs the fleet. */
export async function isOperator(accountId: string): Promise<boolean> {
  const row = await platformDb().operator.findUnique({ where: { accountId }, select: { accountId: true } });
  return row !== null;
}
