// `npm start` and `npm run dev`: the whole platform on this machine, with PostgreSQL and Redis of its own.
import { type Application, type Login, prepareDatabase, seedDemo, startApplication } from "./application.ts";
import { buildWeb } from "./build.ts";
import { chosenDataDir, loadEnvFile } from "./checkout.ts";
import { choosePort } from "./choose-port.ts";
import { runProgram } from "./program.ts";
import { publishEnvironment, withdrawEnvironment } from "./published-environment.ts";
import { type Services, startServices } from "./services.ts";

const DIST_DIR = ".next";

async function launch(mode: "start" | "dev"): Promise<number> {
  const began = performance.now();
  loadEnvFile();
  const given = process.env;
  const dataDir = chosenDataDir();
  const port = await choosePort(given.PORT);
  step("Starting the databases");
  const services = await startServices({ dataDir, durable: true, given });
  withdrawEnvironment(dataDir);
  process.once("exit", () => withdrawEnvironment(dataDir));
  // Side by side: neither waits for the other, and each takes its time on the first start.
  const [logins] = await Promise.all([fillDatabase(services), mode === "start" ? buildConsole() : undefined]);
  step("Starting web and worker");
  const application = await startApplication({
    services,
    port,
    mode,
    distDir: DIST_DIR,
    given,
    payments: true,
  });
  publishEnvironment(dataDir, application.env);
  process.stdout.write(banner(application, services, logins, performance.now() - began));
  throw new Error(await services.failed);
}

async function fillDatabase(services: Services): Promise<Login[]> {
  step("Preparing the database");
  await prepareDatabase(services);
  step("Filling in the demo, the first time");
  return seedDemo(services);
}

async function buildConsole(): Promise<void> {
  step("Building the console, if it has changed");
  await buildWeb(DIST_DIR);
}

function step(what: string) {
  process.stdout.write(`${what} …\n`);
}

function banner(application: Application, services: Services, logins: Login[], ms: number): string {
  const widest = Math.max(0, ...logins.map((login) => login.email.length));
  const elsewhere = services.postgresDataDir && !services.postgresDataDir.startsWith(services.dataDir);
  const lines = [
    `Astra is ready (${(ms / 1000).toFixed(1)} s):  ${application.url}`,
    "",
    ...logins.map((login) => `  ${login.email.padEnd(widest)}  ${login.password}  ${login.about}`),
    "",
    ...(application.mailUrl ? [`Mails it sends:   ${application.mailUrl}`] : []),
    `Data and logs:    ${services.dataDir}`,
    ...(elsewhere
      ? [`PostgreSQL's data: ${services.postgresDataDir} (its user cannot enter the folder above)`]
      : []),
    "Stop with Ctrl-C.",
  ];
  return `\n${lines.join("\n")}\n\n`;
}

await runProgram(() => launch(process.argv[2] === "dev" ? "dev" : "start"));
