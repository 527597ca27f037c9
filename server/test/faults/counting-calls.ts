// Counts calls as the web process does, and ends as its server does: on a signal it answers what is under way, and then
// ends the process without asking anybody.
import { setTimeout as sleep } from "node:timers/promises";
import { countApiCall } from "#server/usage/api-calls.ts";

const [organizationId = "", calls = "0"] = process.argv.slice(2);
process.on("SIGTERM", () => {
  void sleep(50).then(() => {
    countApiCall(organizationId);
    process.exit(143);
  });
});
for (let call = 0; call < Number(calls); call++) countApiCall(organizationId);
process.stdout.write("counted\n");
setInterval(() => {}, 60_000);
