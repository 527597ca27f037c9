import { answerRest } from "#server/api/rest/answer.ts";
import { requestInfo } from "#server/platform/client-address.ts";

function answer(request: Request): Promise<Response> {
  return answerRest(request, { info: requestInfo(request.headers) });
}

export { answer as DELETE, answer as GET, answer as PATCH, answer as POST, answer as PUT };
