// One bench in a process of its own: `node server/bench/main.ts <bench> [<beginning of a figure's name>] [--strict]`.
// `npm run bench` starts the databases and calls this for each.
import { parseArgs } from "node:util";
import { catalogue } from "./catalogue.ts";
import { figureLine, isMissed, progress } from "./figure.ts";

const { values, positionals } = parseArgs({
  options: { strict: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [name = "", beginning = ""] = positionals;
const entry = catalogue[name];
if (!entry) throw new Error(`There is no bench "${name}".`);

progress(`\n━━ ${name}`);
const { bench } = await entry.load();
let missed = 0;
await bench.run((figure) => {
  if (!figure.name.startsWith(beginning)) return;
  process.stdout.write(`${figureLine(figure)}\n`);
  if (isMissed(figure)) missed++;
});
if (missed > 0) progress(`${missed} missed the goal.`);
process.exitCode = values.strict && missed > 0 ? 1 : 0;
