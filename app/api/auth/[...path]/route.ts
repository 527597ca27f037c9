import { answerAuth } from "#server/identity/auth.ts";

export { answerAuth as GET, answerAuth as POST };
