import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** All figures of this process, in Prometheus' form. */
export const metricsRegistry = new Registry();
const registers = [metricsRegistry];

export const procedureSeconds = new Histogram({
  name: "astra_procedure_duration_seconds",
  help: "Time of one procedure call, by name and outcome",
  labelNames: ["procedure", "outcome"],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers,
});

export const jobSeconds = new Histogram({
  name: "astra_job_duration_seconds",
  help: "Time of one try of a job, by name and outcome",
  labelNames: ["job", "outcome"],
  buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120],
  registers,
});

export const mailsRefused = new Counter({
  name: "astra_mails_refused_total",
  help: "Mails that their receivers refused for good, by kind",
  labelNames: ["kind"],
  registers,
});

export const webhookTries = new Counter({
  name: "astra_webhook_tries_total",
  help: "Tries of webhook deliveries, by what has become of the delivery",
  labelNames: ["outcome"],
  registers,
});

export const usageReports = new Counter({
  name: "astra_usage_reports_total",
  help: "Hours of usage that were to be reported to Stripe, by what has become of them",
  labelNames: ["outcome"],
  registers,
});

export const usageCalls = new Counter({
  name: "astra_usage_calls_total",
  help: "API calls that this process counted, by whether they were noted, or given up uncounted",
  labelNames: ["outcome"],
  registers,
});

const guardRefusals = new Counter({
  name: "astra_tenant_guard_refusals_total",
  help: "Entries refused by a tenant's guard row because this process believed something stale",
  registers,
});

const tenantRetries = new Counter({
  name: "astra_tenant_retries_total",
  help: "Tenant transactions that ran again, by cause",
  labelNames: ["cause"],
  registers,
});

export const tenantMismatches = new Counter({
  name: "astra_tenant_mismatch_total",
  help: "Requests whose credential and organization did not belong together",
  labelNames: ["kind"],
  registers,
});

/** The hit ratio of a cache is the share of its answers that are no "miss". */
export const cacheLookups = new Counter({
  name: "astra_cache_lookups_total",
  help: "Look-ups in a cache, by cache and by who answered: this process, Redis, or nobody",
  labelNames: ["cache", "answer"],
  registers,
});

/** What the tenancy kernel reports. */
export const tenancyMetrics = {
  guardRefused: () => guardRefusals.inc(),
  retried: (cause: string) => tenantRetries.inc({ cause }),
};

/** Adds a figure that is read when somebody asks for the metrics. */
export function addGauge(name: string, help: string, read: () => number | Promise<number>): void {
  if (metricsRegistry.getSingleMetric(name)) return;
  const gauge: Gauge = new Gauge({
    name,
    help,
    registers,
    // A figure that cannot be read now takes the others with it unless it is caught.
    collect: async () =>
      gauge.set(
        await Promise.resolve()
          .then(read)
          .catch(() => Number.NaN),
      ),
  });
}
