import type { BuiltInRoleKey } from "../../access/permissions.ts";

export type DemoPerson = { name: string; email: string };

/** Who belongs to an organization, the founder first, and how many days ago they joined. */
export type DemoMember = {
  person: DemoPerson;
  /** The key of a built-in role, or of one of the organization's own. */
  role: BuiltInRoleKey | "auditor" | "project-lead";
  joinedDaysAgo: number;
};

const at = (domain: string) => (name: string) => ({
  name,
  email: `${name.split(" ")[0]?.toLowerCase()}@${domain}.example`,
});
const acme = at("acme-robotics");
const northwind = at("northwind-traders");

/** Works for two organizations, with a different role in each. */
const lena = acme("Lena Novak");

/** Runs the installation and belongs to no organization. */
export const operator: DemoPerson = { name: "Rowan Ellis", email: "rowan@operators.example" };

export const acmeMembers: DemoMember[] = [
  { person: acme("Ada Marsh"), role: "owner", joinedDaysAgo: 420 },
  { person: acme("Bruno Costa"), role: "admin", joinedDaysAgo: 415 },
  { person: acme("Divya Raman"), role: "editor", joinedDaysAgo: 390 },
  { person: acme("Elif Kaya"), role: "editor", joinedDaysAgo: 365 },
  { person: acme("Farid Haddad"), role: "editor", joinedDaysAgo: 301 },
  { person: acme("Grace Owens"), role: "editor", joinedDaysAgo: 260 },
  { person: acme("Hugo Lindqvist"), role: "project-lead", joinedDaysAgo: 214 },
  { person: acme("Wei Chen"), role: "editor", joinedDaysAgo: 150 },
  { person: lena, role: "editor", joinedDaysAgo: 96 },
  { person: acme("Ines Duarte"), role: "viewer", joinedDaysAgo: 71 },
  { person: acme("Jonas Weber"), role: "auditor", joinedDaysAgo: 40 },
  { person: acme("Keiko Tanaka"), role: "billing", joinedDaysAgo: 12 },
];

export const northwindMembers: DemoMember[] = [
  { person: northwind("Marco Rossi"), role: "owner", joinedDaysAgo: 230 },
  { person: lena, role: "admin", joinedDaysAgo: 180 },
  { person: northwind("Nadia Petrova"), role: "editor", joinedDaysAgo: 122 },
  { person: northwind("Óscar Núñez"), role: "editor", joinedDaysAgo: 64 },
  { person: northwind("Priya Shah"), role: "viewer", joinedDaysAgo: 9 },
];

export const tinyMembers: DemoMember[] = [
  { person: { name: "Quinn Avery", email: "quinn@tiny-studio.example" }, role: "owner", joinedDaysAgo: 33 },
];
