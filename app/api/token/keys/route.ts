import { answerTokenKeys } from "#server/api/token.ts";

export const dynamic = "force-dynamic";

export function GET(): Promise<Response> {
  return answerTokenKeys();
}
