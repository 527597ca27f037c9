import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { parseSync } from "oxc-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerTrpc } from "../api/http.ts";
import { exposedProcedures } from "../api/rest/routes.ts";
import { appRouter } from "../api/root.ts";
import { revokeApiKey } from "../api-keys/api-keys.ts";
import { buildPackage, packPackage } from "../dev/client-package/build-package.ts";
import { clientExample } from "../dev/client-package/package-readme.ts";
import { readSurface } from "../dev/client-package/read-surface.ts";
import {
  buildKey,
  buildOrganization,
  closeConnections,
  writes,
  type TestOrganization,
} from "../test/factories.ts";
import { openHttpDoor, type HttpDoor } from "../test/http-door.ts";
import { root, walk, type Syntax } from "../test/sources.ts";

const run = promisify(execFile);
const scopes = ["organization.read", "projects.read", "projects.write", "tasks.read", "tasks.write"];
/** An empty project that is in no way part of this one. */
const project = fs.mkdtempSync(path.join(os.tmpdir(), "astra-app-"));
const installed = path.join(project, "node_modules/astra-client");
const files = () => fs.readdirSync(installed).toSorted();
const contentOf = (file: string) => fs.readFileSync(path.join(installed, file), "utf8");

let door: HttpDoor;
let organization: TestOrganization;
let tarball: string;

beforeAll(async () => {
  organization = await buildOrganization();
  door = await openHttpDoor((request) =>
    answerTrpc(request, {
      organization: decodeURIComponent(new URL(request.url).pathname.split("/")[3] ?? ""),
      info: { id: randomUUID(), ip: "192.0.2.7", userAgent: null },
      findSession: async () => null,
    }),
  );
  const folder = path.join(project, "made");
  await buildPackage(readSurface(), folder);
  tarball = await packPackage(folder, project);
  fs.rmSync(folder, { recursive: true });
  write("package.json", JSON.stringify({ name: "app", private: true, type: "module" }));
  write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["app.ts"] }));
  await run("npm", ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", tarball], {
    cwd: project,
  });
}, 180_000);

afterAll(async () => {
  await door.close();
  await closeConnections();
  fs.rmSync(project, { recursive: true, force: true });
});

const compilerOptions = {
  target: "es2023",
  module: "nodenext",
  lib: ["es2023", "dom"],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  // The declarations are checked as well, not only what an app says.
  skipLibCheck: false,
  types: ["node"],
  typeRoots: [path.join(root, "node_modules/@types")],
};

function write(file: string, content: string): void {
  fs.writeFileSync(path.join(project, file), content);
}

/** What the compiler has against a program; nothing when it may run. */
async function complaints(program: string): Promise<string> {
  write("app.ts", program);
  const tsc = path.join(root, "node_modules/.bin/tsc");
  return run(process.execPath, [tsc, "-p", project], { cwd: project }).then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );
}

async function runApp(program: string, key: string): Promise<string> {
  write("app.ts", program);
  const env = { ASTRA_URL: door.origin, ASTRA_API_KEY: key, ASTRA_ORGANIZATION: organization.slug };
  const { stdout } = await run(process.execPath, ["app.ts"], {
    cwd: project,
    env: { ...process.env, ...env },
  });
  return stdout;
}

const begin = `import { AstraError, createAstraClient } from "astra-client";
const astra = createAstraClient({ url: "https://astra.example.com", apiKey: "key", organization: "acme" });
`;

describe("what is packed", () => {
  test("is one module, its types and its papers, and needs no other package", () => {
    expect(files()).toEqual(["README.md", "THIRD-PARTY.md", "index.d.ts", "index.js", "package.json"]);
    expect(JSON.parse(contentOf("package.json"))).not.toHaveProperty("dependencies");
    expect(
      fs.readdirSync(path.join(project, "node_modules")).filter((name) => !name.startsWith(".")),
    ).toEqual(["astra-client"]);
  });

  test("holds no server code, and nothing that only Node has", () => {
    const code = contentOf("index.js");
    const modules = [...code.matchAll(/^\/\/(?:#region)? ?(\S+)$/gm)].map((match) => match[1] ?? "");
    const ours = modules.filter((file) => file.startsWith("server/"));
    expect(ours.length).toBeGreaterThan(0);
    expect(
      ours.filter((file) => !file.startsWith("server/client/") && file !== "server/platform/reasons.ts"),
    ).toEqual([]);
    expect(code).not.toMatch(/\bimport\b.*["']|require\(|process\.|node:|prisma|from "zod|BEGIN|SELECT/);
  });

  test("declares everything itself: no import, no any, no type of a tool", () => {
    const text = contentOf("index.d.ts");
    const found: string[] = [];
    walk(parseSync("index.d.ts", text).program as unknown as Syntax, (node) => {
      if (/^(TSAnyKeyword|ImportDeclaration|TSImportType|ExportAllDeclaration)$/.test(node.type))
        found.push(text.slice(node.start - 60, node.end));
    });
    expect(found).toEqual([]);
    expect(text).not.toMatch(/prisma|\bzod\b|trpc|superjson|\bpg\b|\bDecimal\b/i);
  });

  test("has every procedure that apps can call, and none of those for people alone", () => {
    const text = contentOf("index.js");
    for (const { path: procedure } of exposedProcedures(appRouter))
      expect(text).toContain(`"${procedure}": {`);
    for (const kept of ["session.", "operator.", "apiKeys.create", "roles.create", "notifications."])
      expect(text).not.toContain(`"${kept}`);
  });
});

describe("an app", { timeout: 120_000 }, () => {
  test("runs README's example as it stands", async () => {
    const { key } = await buildKey(organization, scopes);
    const example = clientExample();
    expect(
      example
        .trim()
        .split("\n")
        .filter((line) => line !== "").length,
    ).toBeLessThanOrEqual(10);
    expect(await complaints(example)).toBe("");
    const lines = (await runApp(example, key)).trim().split("\n");
    expect(lines).toEqual([expect.stringMatching(/^Apollo was made at \d{4}-.*Z$/), "Refused: id"]);
  });

  test("does not compile when it is wrong", async () => {
    const wrong: Record<string, string> = {
      "a field that is not there": `await astra.projects.create({ nam: "Apollo" });`,
      "a value of another type": `await astra.projects.list({ limit: "5" });`,
      "a value outside of a closed set": `await astra.tasks.list({ statuses: ["later"] });`,
      "a call that only people may make": `await astra.roles.create({ name: "x" });`,
      "a date taken for a text": `(await astra.projects.list()).items[0]?.createdAt.trim();`,
      "a reason that is none": `await astra.projects.list().catch((e: AstraError) => e.reason === "no_luck");`,
    };
    const lines = Object.values(wrong);
    const said = await complaints([begin, ...lines].join("\n"));
    const found = [...said.matchAll(/^app\.ts\((\d+),/gm)].map((match) => Number(match[1]));
    const first = begin.split("\n").length + 1;
    expect(found).toEqual(lines.map((_, index) => first + index));
  });

  test("loses access with its key, and is told why", async () => {
    const { id, key } = await buildKey(organization, scopes);
    const program = (expected: string) => `${exampleBegin}
try { console.log((await astra.organization.describe()).slug); }
catch (error) { if (error instanceof AstraError) console.log(error.reason === "${expected}", error.code, error.status); }`;
    expect(await runApp(program("api_key_revoked"), key)).toBe(`${organization.slug}\n`);
    await writes(organization.owner, revokeApiKey, { id });
    expect(await runApp(program("api_key_revoked"), key)).toBe("true UNAUTHORIZED 401\n");
  });

  test("of another organization is kept out", async () => {
    const other = await buildOrganization();
    const { key } = await buildKey(other, scopes);
    const program = `${exampleBegin}
await astra.organization.describe().catch((error) => console.log(error.reason));`;
    expect(await runApp(program, key)).toBe("no_access\n");
  });

  test("takes the module in a browser's way, too: it needs nothing of Node", async () => {
    type Packed = {
      createAstraClient(this: void, options: object): { projects: { list(): Promise<{ items: unknown[] }> } };
    };
    const { createAstraClient } = (await import(
      pathToFileURL(path.join(installed, "index.js")).href
    )) as Packed;
    const { key } = await buildKey(organization, scopes);
    const sent: RequestInit[] = [];
    const astra = createAstraClient({
      url: door.origin,
      apiKey: key,
      organization: organization.slug,
      fetch: (url: URL, init: RequestInit) => {
        sent.push(init);
        return fetch(url, init);
      },
    });
    expect((await astra.projects.list()).items).toBeInstanceOf(Array);
    expect(sent[0]).toMatchObject({ credentials: "omit", redirect: "error" });
  });
});

const exampleBegin = clientExample().split("\n\n").slice(0, 2).join("\n\n");
