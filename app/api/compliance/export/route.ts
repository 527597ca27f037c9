import { answerComplianceExport } from "#server/api/compliance-export.ts";
import { currentSession } from "#server/identity/current-session.ts";
import { requestInfo } from "#server/platform/client-address.ts";

export const dynamic = "force-dynamic";

/** An organization's audit log as a file. */
export async function GET(request: Request): Promise<Response> {
  return answerComplianceExport(request, {
    info: requestInfo(request.headers),
    findSession: currentSession,
  });
}
