import { answerTrpc } from "#server/api/http.ts";
import { currentSession } from "#server/identity/current-session.ts";
import { requestInfo } from "#server/platform/client-address.ts";

type Params = { params: Promise<{ organization: string }> };

async function answer(request: Request, { params }: Params): Promise<Response> {
  const { organization } = await params;
  return answerTrpc(request, {
    organization,
    info: requestInfo(request.headers),
    findSession: currentSession,
  });
}

export { answer as GET, answer as POST };
