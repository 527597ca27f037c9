import { readiness } from "#server/platform/readiness.ts";

export const dynamic = "force-dynamic";

/** The process can serve: its databases answer. */
export async function GET(): Promise<Response> {
  const report = await readiness();
  return Response.json(report, { status: report.status === "ok" ? 200 : 503 });
}
