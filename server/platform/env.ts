import { z } from "zod";

const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, "must start with postgres://");
const secret = z.string().min(32, "must have at least 32 characters");
const port = z.coerce.number().int().min(0).max(65535);

/** A number with up to two decimals, as a whole number of hundredths: 0.1 + 0.2 is 0.3 for money. */
const hundredths = (max: number) =>
  z
    .string()
    .regex(/^\d{1,4}(\.\d{1,2})?$/, "must be a number with up to two decimals")
    .transform((text) => {
      const [whole, part = ""] = text.split(".");
      return Number(whole) * 100 + Number(part.padEnd(2, "0"));
    })
    .refine((value) => value <= max * 100, `must be at most ${max}`);

/** Every variable that Astra reads. A login that a process must not have is optional here and asked for by name. */
export const Environment = z.object({
  NODE_ENV: z.enum(["development", "test", "production"]).default("development"),
  /** Administrator of the database server; the set-up step alone uses it. */
  DATABASE_URL: postgresUrl.optional(),
  /** Owns objects and migrates; only worker and command line have it. */
  DATABASE_OWNER_URL: postgresUrl.optional(),
  DATABASE_APP_URL: postgresUrl,
  DATABASE_PLATFORM_URL: postgresUrl,
  REDIS_URL: z.string().regex(/^rediss?:\/\//, "must start with redis://"),
  TENANT_KEY_SECRET: secret,
  /** Wraps the organizations' data keys and signs checkpoints; derived from TENANT_KEY_SECRET when it is missing. */
  SECRETS_MASTER_KEY: secret.optional(),
  AUTH_SECRET: secret,
  PUBLIC_URL: z.url(),
  PORT: port.default(3000),
  WORKER_PORT: port.default(3001),
  /** From SIGTERM to the end of a worker; whoever stops it must give it a little more. */
  WORKER_DRAIN_SECONDS: z.coerce.number().int().min(3).max(900).default(20),
  SMTP_URL: z.string().regex(/^smtps?:\/\//, "must start with smtp://"),
  MAIL_FROM: z.string().min(3).default("Astra <no-reply@astra.localhost>"),
  /** Where files are kept: file:///directory, or s3://bucket/prefix?region=…&endpoint=… */
  STORAGE_URL: z
    .string()
    .regex(/^(file:\/\/\/|s3:\/\/[^/?]+)/, "must start with file:/// or s3://bucket")
    .optional(),
  /** Bearer token of /api/health/metrics; without one the metrics answer 404. */
  METRICS_TOKEN: z.string().min(16).optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  /** Where log lines stand beside standard output; each process adds its host and number to the name. */
  LOG_FILE: z
    .string()
    .startsWith("/", "must be a whole path")
    .regex(/\.\w+$/, "must have an ending")
    .optional(),
  /** When a log file is put aside, beside once a day. */
  LOG_FILE_MEGABYTES: z.coerce.number().int().min(1).max(10_000).default(100),
  /** Log files that were put aside and are kept, of all processes of a directory together. */
  LOG_FILES_KEPT: z.coerce.number().int().min(1).max(10_000).default(20),
  /** Lets organizations' own addresses be this machine, over http as well; the embedded launcher alone sets it. */
  OUTBOUND_ALLOW_LOOPBACK: z.stringbool().default(false),
  /** The ports to which organizations may have something sent. */
  OUTBOUND_PORTS: z
    .string()
    .regex(/^\d{1,5}(?:\s*,\s*\d{1,5})*$/, "must be port numbers with commas between")
    .transform((text) => text.split(",").map(Number))
    .default([443, 8443, 8088, 9243]),
  /** How many proxies of ours stand in front; the client's address is the one before them. */
  TRUSTED_PROXY_HOPS: z.coerce.number().int().min(0).max(10).default(0),
  /** Connections (and lanes) that one process holds for tenant transactions, per shard. */
  TENANT_POOL_MAX: z.coerce.number().int().min(1).max(200).default(10),
  /** Schemas kept ready for sign-ups. */
  READY_POOL_SIZE: z.coerce.number().int().min(1).max(1000).default(5),
  /** The account at Stripe that plans are sold through; without it nothing can be bought. */
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_(test|live)_\w+$/, "must be a secret or restricted key of Stripe")
    .optional(),
  /** What Stripe signs its events with; several while one follows the other. */
  STRIPE_WEBHOOK_SECRETS: z
    .string()
    .regex(/^whsec_\w+(?:\s*,\s*whsec_\w+){0,3}$/, "must be up to 4 signing secrets with commas between")
    .transform((text) => text.split(",").map((one) => one.trim()))
    .optional(),
  /** For how long an organization goes on as before after a payment has failed. */
  BILLING_GRACE_DAYS: z.coerce.number().int().min(0).max(90).default(7),
  /** What the platform keeps of each payment: a part of it, in percent, here in hundredths of one … */
  PLATFORM_FEE_PERCENT: hundredths(100).prefault("0.5"),
  /** … and so much for each, in the payment's currency, here in hundredths of its unit. With both at 0 there is no fee. */
  PLATFORM_FEE_FIXED: hundredths(1_000).prefault("0.25"),
  /** Where a stand-in for Stripe's servers is, on this machine; never together with a live key. */
  STRIPE_API_URL: z
    .string()
    .regex(/^http:\/\/(127\.0\.0\.1|localhost):\d+\/?$/, "must be http:// on this machine")
    .optional(),
});
export type Environment = z.infer<typeof Environment>;

/**
 * Checks a set of variables. Throws one Error that names every missing or wrong variable, never a value.
 */
export function parseEnvironment(source: Record<string, string | undefined>): Environment {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const result = Environment.safeParse(set);
  if (result.success) {
    // Real money and a made-up server must never meet.
    if (result.data.STRIPE_API_URL && /_live_/.test(result.data.STRIPE_SECRET_KEY ?? "")) {
      throw new Error("The environment is not right:\n  STRIPE_API_URL: cannot be set with a live key");
    }
    return result.data;
  }
  const lines = result.error.issues.map((issue) => {
    const name = issue.path.join(".");
    return `  ${name}: ${set[name] === undefined ? "is missing" : issue.message}`;
  });
  throw new Error(`The environment is not complete:\n${[...new Set(lines)].join("\n")}\nSee .env.example.`);
}

let parsed: Environment | undefined;

/** The checked environment of this process; read on first use, so that a build needs no secrets. */
export function env(): Environment {
  parsed ??= parseEnvironment(process.env);
  return parsed;
}

/** A variable that only some processes have. Throws an Error that names it when it is missing. */
export function requiredEnv<Name extends keyof Environment>(name: Name): NonNullable<Environment[Name]> {
  const value = env()[name];
  if (value === undefined) throw new Error(`The environment is not complete:\n  ${name}: is missing`);
  return value;
}
