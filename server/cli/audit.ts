import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { findOrganization } from "../access/directory.ts";
import { findingKinds, type Verdict } from "../audit/verdict.ts";
import { verifyAudit } from "../audit/verify.ts";

type VerifyFlags = { organization: string; checkpoints?: string; json?: boolean };

/** audit verify. */
export function auditCommands(program: Command): void {
  const audit = program.command("audit").description("Prove audit logs");

  audit
    .command("verify")
    .description("Recompute an organization's audit chain; exits 1 and names the first broken entry")
    .requiredOption("--organization <slug>", "whose log")
    .option("--checkpoints <directory>", "signed checkpoints to hold it against, instead of the storage's")
    .option("--json", "answer in JSON")
    .action(async (flags: VerifyFlags) => {
      const organization = await findOrganization(flags.organization);
      if (!organization) throw new Error(`there is no organization ${flags.organization}`);
      const checkpoints = flags.checkpoints ? statementsIn(flags.checkpoints) : undefined;
      const verdict = await verifyAudit(organization.id, checkpoints ? { checkpoints } : {});
      console.log(flags.json ? JSON.stringify(verdict) : inWords(organization.slug, verdict));
      if (verdict.finding) process.exitCode = 1;
    });
}

/** Every checkpoint below a directory: a copy of the organization's folder, or files put together by hand. */
async function* statementsIn(directory: string): AsyncGenerator<{ name: string; file: string }> {
  for (const name of await readdir(directory, { recursive: true })) {
    if (/-(checkpoint|pruned)\.json$/.test(name)) {
      yield { name, file: await readFile(path.join(directory, name), "utf8") };
    }
  }
}

function inWords(slug: string, verdict: Verdict): string {
  const { finding, entries, through, checkpoints, pending, erased, head } = verdict;
  const looked = `${entries} entries up to ${through}, ${checkpoints} checkpoints, ${pending} not sealed yet, ${erased} with erased people`;
  if (!finding) return `${slug}: sound. ${looked}. Head ${head}.`;
  const where = [
    finding.seq === null ? "" : `sequence ${finding.seq}`,
    finding.entryId ? `entry ${finding.entryId}` : "",
  ].filter((part) => part !== "");
  const words = `${findingKinds[finding.kind]} ${finding.detail}`.trim();
  return `${slug}: BROKEN at ${where.join(", ") || "the checkpoints"} (${finding.kind}). ${words}\nSound before it: ${looked}.`;
}
