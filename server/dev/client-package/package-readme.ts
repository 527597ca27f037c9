import fs from "node:fs";
import path from "node:path";
import { ROOT } from "../checkout.ts";

/** The example in README.md under "Typed client", which is tested as it stands. Throws an Error when it is not there. */
export function clientExample(): string {
  const readme = fs.readFileSync(path.join(ROOT, "README.md"), "utf8");
  const example = /^### Typed client$[\s\S]*?^```ts\n([\s\S]*?)^```$/m.exec(readme)?.[1];
  if (!example) throw new Error('README.md has no example under "Typed client".');
  return example;
}

/** What stands beside the client where it is installed. */
export function packageReadme(): string {
  return [
    "# astra-client\n",
    "Typed calls of one organization's Astra API, for Node and browsers.\n",
    `\`\`\`ts\n${clientExample()}\`\`\`\n`,
    "- Reads are tried up to three times when the way to Astra or Astra itself fails for a moment, and wait as long",
    "  as `Retry-After` says. Changes are sent once.",
    "- A call takes 30 seconds at most, unless `timeoutMs` says otherwise; `signal` breaks it off.",
    "- A call that fails throws an `AstraError`: `reason` for programs, `message` for people, `field`, `requestId`.",
    "- Dates are `Date`s.\n",
  ].join("\n");
}
