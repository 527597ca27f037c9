// `npm run check`: everything that can be judged without a running service.
import { runChecks } from "./checks.ts";
import { runProgram } from "./program.ts";

await runProgram(async () => {
  const { failed } = await runChecks();
  return failed === 0 ? 0 : 1;
});
