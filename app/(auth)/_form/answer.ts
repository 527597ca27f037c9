/**
 * What a server action answers. Next hides whatever an action throws, so a refusal travels as a value, in
 * the form in which the API refuses.
 */
export type Answer<Result> =
  | { ok: true; result: Result }
  | { ok: false; error: { message: string; data: unknown } };

/** The result of an answer; throws its refusal, which a Form shows where it belongs. */
export function resultOf<Result>(answer: Answer<Result>): Result {
  if (answer.ok) return answer.result;
  throw Object.assign(new Error(answer.error.message), { data: answer.error.data });
}
