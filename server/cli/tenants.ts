import type { Command } from "commander";
import { provisionTenant } from "../fleet/provision.ts";
import { platformDb } from "../platform/database.ts";
import { ownerPool } from "../fleet/owner.ts";
import { lintCatalog } from "../tenancy/catalog.ts";

/** tenants create | list | check. */
export function tenantCommands(program: Command): void {
  const tenants = program.command("tenants").description("Look after tenants and their schemas");

  tenants
    .command("create")
    .description("Make schemas ahead of sign-ups")
    .argument("[count]", "how many", "1")
    .action(async (count: string) => {
      const wanted = Number(count);
      if (!Number.isInteger(wanted) || wanted < 1 || wanted > 10_000)
        throw new Error("count must be 1 to 10000");
      for (let made = 0; made < wanted; made++) console.log(await provisionTenant("main"));
    });

  tenants
    .command("list")
    .description("List tenants with their organization")
    .action(async () => {
      const rows = await platformDb().tenant.findMany({
        orderBy: { createdAt: "asc" },
        include: { organization: { select: { slug: true, plan: true } } },
      });
      for (const row of rows) {
        const organization = row.organization
          ? `${row.organization.slug} (${row.organization.plan})`
          : "ready";
        console.log([row.id, row.shardId, row.schema, row.state, organization].join("\t"));
      }
    });

  tenants
    .command("check")
    .description("Hold the catalog of every tenant against the rules; exits 1 when one is broken")
    .action(async () => {
      const findings = await lintCatalog(ownerPool("main"));
      for (const finding of findings) console.log(`${finding.schema}\t${finding.rule}\t${finding.detail}`);
      console.log(findings.length === 0 ? "All tenants are sound." : `${findings.length} findings.`);
      if (findings.length > 0) process.exitCode = 1;
    });
}
