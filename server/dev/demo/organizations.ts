import { acmeInvites, acmeKeys, acmeRoles, type DemoInvite, type DemoKey, type DemoRole } from "./access.ts";
import { acmeMembers, northwindMembers, tinyMembers, type DemoMember } from "./people.ts";
import { acmeProjects, northwindProjects, tinyProject, type DemoProject } from "./projects.ts";
import { acmeUsage, northwindUsage, type DemoUsage } from "./usage.ts";
import { acmeEndpoints, type DemoEndpoint } from "./webhooks.ts";

export type DemoOrganization = {
  name: string;
  plan: string;
  members: DemoMember[];
  projects: DemoProject[];
  /** What it made for itself beside the built-in roles, whom it asked in, and its keys. */
  access?: { roles: DemoRole[]; invites: DemoInvite[]; keys: DemoKey[] };
  /** Systems that hear of what happens. */
  endpoints?: DemoEndpoint[];
  /** What its apps have used of late. */
  usage?: DemoUsage[];
  /** Made task by task, for an organization too small to be generated. */
  byHand?: typeof tinyProject;
  /** Acts of the last two days, through the product's own verbs, so that its log has something to tell. */
  recentActs: number;
};

/** Of every size one, each on another plan. */
export const organizations: DemoOrganization[] = [
  {
    name: "Acme Robotics",
    plan: "business",
    members: acmeMembers,
    projects: acmeProjects,
    access: { roles: acmeRoles, invites: acmeInvites, keys: acmeKeys },
    endpoints: acmeEndpoints,
    usage: acmeUsage,
    recentActs: 90,
  },
  {
    name: "Northwind Traders",
    plan: "pro",
    members: northwindMembers,
    projects: northwindProjects,
    usage: northwindUsage,
    recentActs: 24,
  },
  {
    name: "Tiny Studio",
    plan: "free",
    members: tinyMembers,
    projects: [],
    byHand: tinyProject,
    recentActs: 0,
  },
];
