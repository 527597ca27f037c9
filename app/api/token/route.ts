import { answerToken } from "#server/api/token.ts";
import { requestInfo } from "#server/platform/client-address.ts";

export function POST(request: Request): Promise<Response> {
  return answerToken(request, requestInfo(request.headers));
}
