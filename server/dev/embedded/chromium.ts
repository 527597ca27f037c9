import fs from "node:fs";
import path from "node:path";

export interface Chromium {
  /** Undefined: Playwright finds its own. */
  executablePath: string | undefined;
  args: string[];
  env: NodeJS.Dict<string>;
}

const SYSTEM_BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];

/**
 * A Chromium for the browser tests: CHROMIUM_PATH, else Playwright's own, else the system's, else the one from npm,
 * which is unpacked below `cacheDir`.
 */
export async function findChromium(cacheDir: string): Promise<Chromium> {
  // Chromium's sandbox refuses root.
  const args = process.getuid?.() === 0 || process.env.CI ? ["--no-sandbox"] : [];
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (!fs.existsSync(given)) throw new Error(`CHROMIUM_PATH=${given} does not exist.`);
    return { executablePath: given, args, env: {} };
  }
  const { chromium } = await import("playwright");
  if (fs.existsSync(chromium.executablePath())) return { executablePath: undefined, args, env: {} };
  const system = SYSTEM_BROWSERS.find((file) => fs.existsSync(file));
  if (system) return { executablePath: system, args, env: {} };
  return unpackChromium(path.join(cacheDir, "chromium"));
}

async function unpackChromium(dir: string): Promise<Chromium> {
  fs.mkdirSync(dir, { recursive: true });
  const executablePath = await withEnvironment(
    // The package unpacks into the temporary folder, and its libraries only where it believes to be on Lambda.
    { TMPDIR: dir, AWS_LAMBDA_JS_RUNTIME: "nodejs22.x" },
    async () => (await import("@sparticuz/chromium")).default.executablePath(),
  );
  const fonts = path.join(dir, "fonts");
  // The package's own file names a folder that is not there, and without any font pages crash now and then.
  fs.writeFileSync(
    path.join(fonts, "fonts.conf"),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>/usr/share/fonts</dir>` +
      `<dir>${fonts}/fonts</dir><cachedir>${dir}/fonts-cache</cachedir></fontconfig>`,
  );
  return {
    executablePath,
    args: ["--no-sandbox"],
    env: { LD_LIBRARY_PATH: path.join(dir, "al2023/lib"), FONTCONFIG_PATH: fonts },
  };
}

async function withEnvironment<Result>(
  variables: Record<string, string>,
  act: () => Promise<Result>,
): Promise<Result> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await act();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
