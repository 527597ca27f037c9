import { randomUUID } from "node:crypto";
import { provisionTenant } from "../fleet/provision.ts";
import { hashPassword } from "../identity/passwords.ts";
import { claimOrganization, openOrganization } from "../organizations/open.ts";
import { syncMember } from "../organizations/projection.ts";
import { platformDb } from "../platform/database.ts";
import { AppError } from "../platform/errors.ts";
import { systemDoor } from "../tenancy/system-door.ts";
import { transact } from "../tenancy/transact.ts";
import { fillOrganization } from "./demo/fill.ts";
import { organizations, type DemoOrganization } from "./demo/organizations.ts";
import { operator } from "./demo/people.ts";

const password = "lantern-orbit-42";

const login = (email: string, about: string) => ({ email, password, about });

/** Who can sign in to the demo, and what there is to see as that person. */
export const demoLogins: { email: string; password: string; about: string }[] = [
  login("ada@acme-robotics.example", "Acme Robotics, owner"),
  login("bruno@acme-robotics.example", "Acme Robotics, admin"),
  login("divya@acme-robotics.example", "Acme Robotics, editor"),
  login("ines@acme-robotics.example", "Acme Robotics, viewer"),
  login("keiko@acme-robotics.example", "Acme Robotics, billing"),
  login("lena@acme-robotics.example", "Acme Robotics, editor; Northwind Traders, admin"),
  login("marco@northwind-traders.example", "Northwind Traders, owner"),
  login("quinn@tiny-studio.example", "Tiny Studio, owner and only member"),
  login(operator.email, "Operator of the installation, in no organization"),
];

/**
 * Fills an installation with three organizations and their people. What is there already stays as it is,
 * so it can be run again, also after it was interrupted.
 */
export async function seedDemo(): Promise<void> {
  const accounts = await openAccounts();
  await platformDb().operator.createMany({
    data: [{ accountId: accountOf(accounts, operator.email) }],
    skipDuplicates: true,
  });
  for (const organization of organizations) await openDemoOrganization(organization, accounts);
}

/** The id of every demo person's account, by address. */
type Accounts = ReadonlyMap<string, string>;

function accountOf(accounts: Accounts, email: string): string {
  const id = accounts.get(email);
  if (!id) throw new Error(`the demo has no account ${email}`);
  return id;
}

async function openAccounts(): Promise<Accounts> {
  const people = [...organizations.flatMap(({ members }) => members.map(({ person }) => person)), operator];
  const byEmail = new Map(people.map((person) => [person.email, person]));
  const where = { email: { in: [...byEmail.keys()] } };
  const known = await platformDb().account.findMany({ where, select: { email: true } });
  for (const { email } of known) byEmail.delete(email);
  const data = await Promise.all(
    [...byEmail.values()].map(async ({ name, email }) => ({
      name,
      email,
      passwordHash: await hashPassword(password),
      emailConfirmedAt: new Date(),
    })),
  );
  await platformDb().account.createMany({ data, skipDuplicates: true });
  const all = await platformDb().account.findMany({ where, select: { id: true, email: true } });
  return new Map(all.map(({ id, email }) => [email, id]));
}

async function openDemoOrganization(demo: DemoOrganization, accounts: Accounts): Promise<void> {
  const founder = demo.members[0]?.person;
  if (!founder) throw new Error(`${demo.name} has no founder`);
  const createdById = accountOf(accounts, founder.email);
  const select = { id: true, slug: true, name: true, plan: true } as const;
  const known = await platformDb().organization.findFirst({
    where: { createdById, plan: demo.plan },
    select,
  });
  const id = known?.id ?? (await claim({ name: demo.name, plan: demo.plan, createdById }));
  await openOrganization(id);
  const organization = await platformDb().organization.findUniqueOrThrow({ where: { id }, select });
  const door = systemDoor(organization, { id: `seed-${randomUUID()}`, ip: null, userAgent: null });
  const accountIds = demo.members.map(({ person }) => accountOf(accounts, person.email));
  // One transaction: an interrupted run leaves no half of an organization.
  const memberIds = await transact(door, "write", (ctx) => fillOrganization(ctx, demo, accountIds));
  for (const memberId of memberIds) await syncMember(id, memberId);
}

/** Claims a ready schema, or makes one: no worker runs yet that would. */
async function claim(input: { name: string; plan: string; createdById: string }): Promise<string> {
  try {
    const claimed = await platformDb().$transaction((tx) =>
      claimOrganization(tx, { ...input, requestId: `seed-${randomUUID()}` }),
    );
    return claimed.organizationId;
  } catch (error) {
    if (!(error instanceof AppError) || error.reason !== "organization_preparing") throw error;
    await provisionTenant("main");
    return claim(input);
  }
}
