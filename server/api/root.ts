import { apiKeysRouter } from "../api-keys/router.ts";
import { auditRouter } from "../audit/router.ts";
import { billingRouter } from "../billing/router.ts";
import { eventsRouter } from "../events/router.ts";
import { sessionRouter } from "../identity/router.ts";
import { invitesRouter } from "../invites/router.ts";
import { membersRouter } from "../members/router.ts";
import { notificationsRouter } from "../notifications/router.ts";
import { operatorRouter } from "../operator/router.ts";
import { organizationRouter, organizationsRouter } from "../organizations/router.ts";
import { projectsRouter, searchRouter, tasksRouter } from "../projects/router.ts";
import { rolesRouter } from "../roles/router.ts";
import { usageRouter } from "../usage/router.ts";
import { webhooksRouter } from "../webhooks/router.ts";
import { router } from "./trpc.ts";

/** The table of contents: every procedure of Astra. */
export const appRouter = router({
  session: sessionRouter,
  organizations: organizationsRouter,
  organization: organizationRouter,
  members: membersRouter,
  invites: invitesRouter,
  apiKeys: apiKeysRouter,
  roles: rolesRouter,
  projects: projectsRouter,
  tasks: tasksRouter,
  search: searchRouter,
  audit: auditRouter,
  webhooks: webhooksRouter,
  events: eventsRouter,
  billing: billingRouter,
  usage: usageRouter,
  notifications: notificationsRouter,
  operator: operatorRouter,
});

export type AppRouter = typeof appRouter;
