// One task over HTTP: through Next, Auth.js and tRPC to the tenant's schema and back, and what of it is whose.
import { randomUUID } from "node:crypto";
import { decode } from "next-auth/jwt";
import { openDoor } from "../api/open-door.ts";
import { createRequestContext, type RequestContext } from "../api/request-context.ts";
import { appRouter } from "../api/root.ts";
import { createCallerFactory } from "../api/trpc.ts";
import type { AccountSession } from "../access/account-session.ts";
import { hashPassword } from "../identity/passwords.ts";
import { findSession } from "../identity/sessions.ts";
import { env } from "../platform/env.ts";
import { log } from "../platform/log.ts";
import { ById } from "../projects/schema.ts";
import { getTask } from "../projects/task-list.ts";
import { tenancy } from "../tenancy/kernel.ts";
import { transact } from "../tenancy/transact.ts";
import { buildOrganization, buildPerson, closeConnections } from "../test/factories.ts";
import { fillTenant } from "../test/filled-tenant.ts";
import { progress, type Bench, type Report } from "./figure.ts";
import { latencyMs, measureSides, median, type Operation, type Sample } from "./measure.ts";
import { call, signIn, startWeb } from "./web.ts";

const rounds = 60;
const operations = 25;

const password = "correct horse battery staple";
const sessionCookie = "astra.session";

/** What a request passes, each with all that lies behind it; the layers of this process are the product's own. */
type Side = "http" | "session" | "procedure" | "access" | "transaction" | "kernel";

export const bench: Bench = {
  async run(report) {
    const email = `${randomUUID()}@example.test`;
    const person = await buildPerson({ email, passwordHash: await hashPassword(password) });
    const { id, slug } = await buildOrganization({ owner: person, plan: "enterprise" });
    await fillTenant(id, { tasks: 2_000, projects: 50, members: 20, auditEntries: 0 });
    const taskId = await someTask(id);
    progress("Building and starting the web process …");
    const web = await startWeb();
    try {
      const cookie = await signIn(web.origin, { email, password });
      const input = encodeURIComponent(JSON.stringify({ json: { id: taskId } }));
      const url = `${web.origin}/api/trpc/${slug}/tasks.get?input=${input}`;
      const sides = { http: () => fetched(url, cookie), ...(await layers({ slug, cookie, taskId })) };
      progress(`A request and its layers: ${rounds} rounds of ${operations} …`);
      reportLayers(report, await measureSides(sides, { rounds, operations, concurrency: 1, server: null }));
    } finally {
      await web.stop();
      await closeConnections();
    }
  },
};

async function fetched(url: string, cookie: string): Promise<void> {
  const { status, body } = await call(url, { cookie });
  if (status !== 200) throw new Error(`HTTP ${status}: ${body}`);
}

async function someTask(organizationId: string): Promise<string> {
  const task = await tenancy().withTenant(organizationId, { readOnly: true }, (db) =>
    db.task.findFirst({ where: { deletedAt: null, project: { status: "active" } }, select: { id: true } }),
  );
  if (!task) throw new Error("there is no task");
  return task.id;
}

/**
 * The product's own layers, called in this process with the caches as warm as there. A layer holds those
 * below it; what is its own is the difference.
 */
async function layers(given: {
  slug: string;
  cookie: string;
  taskId: string;
}): Promise<Record<Exclude<Side, "http">, Operation>> {
  const token = new RegExp(`${sessionCookie}=([^;]+)`).exec(given.cookie)?.[1] ?? "";
  const lookUp = async () => {
    const payload = await decode({ token, secret: env().AUTH_SECRET, salt: sessionCookie });
    return findSession(payload?.["sessionId"], new Date());
  };
  const session = await lookUp();
  const caller = createCallerFactory(appRouter);
  const input = ById.parse({ id: given.taskId });
  const door = await openDoor(contextOf(given.slug, session), "tasks.read");
  const { accessVersion } = door;
  const options = { readOnly: true as const, ...(accessVersion === undefined ? {} : { accessVersion }) };
  return {
    session: lookUp,
    procedure: () => caller(contextOf(given.slug, session)).tasks.get(input),
    access: () => openDoor(contextOf(given.slug, session), "tasks.read"),
    transaction: () => transact(door, "read", (ctx) => getTask(ctx, input)),
    kernel: () => tenancy().withTenant(door.organization.id, options, (db) => db.$queryRaw`SELECT 1`),
  };
}

function contextOf(organizationSlug: string, session: AccountSession | null): RequestContext {
  return createRequestContext({
    request: { id: randomUUID(), ip: null, userAgent: null },
    log: log("bench"),
    organizationSlug,
    findSession: async () => session,
  });
}

function reportLayers(report: Report, samples: Record<Side, Sample[]>): void {
  const n = rounds * operations;
  const took = (side: Side) => median(samples[side].map(latencyMs));
  const http = took("http");
  report({ name: "http.read", details: { layer: "all" }, value: http, unit: "ms", n });
  const own: Record<string, number> = {
    "HTTP and Next": http - took("session") - took("procedure"),
    "session lookup": took("session"),
    access: took("access"),
    tRPC: took("procedure") - took("access") - took("transaction"),
    kernel: took("kernel"),
    verb: took("transaction") - took("kernel"),
  };
  for (const [layer, ms] of Object.entries(own)) {
    report({ name: "http.read", details: { layer, ms }, value: ms / http, unit: "share", n });
  }
}
