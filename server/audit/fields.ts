import { AppError } from "../platform/errors.ts";

type Fields = Record<string, unknown>;
export type Difference = { before: Fields; after: Fields };

const bytesMax = 256 * 1024;

// Names that never belong into a log, whatever their value: whole ones, and how longer ones end.
const secretNames =
  /^(?:key|keys|salt|otp|pin|cookie|authorization|credentials?|jwt)$|(?:password|passphrase|passcode|secret|token|hash|credential|(?:api|private|signing|master|data|access|encryption|license)_?key)s?$/i;

// Always about a person, whoever names them.
const personalNames = /^(?:e-?mails?|phones?|ip|user_?agent)$/i;

/** The fields whose values differ, before and after; absent on one side means it was not there. */
export function difference(before: Fields, after: Fields): Difference {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const pick = (side: Fields) =>
    Object.fromEntries(changed.filter((name) => side[name] !== undefined).map((name) => [name, side[name]]));
  return { before: pick(before), after: pick(after) };
}

/**
 * Parts what may be erased later from what stands in the chain for good. Answers the exact texts to store;
 * `personal` is null when there is none. Throws AppError audit_too_large.
 */
export function partedTexts(
  changed: Difference,
  personalFields: readonly string[],
): { changes: string; personal: string | null } {
  const names = [...new Set([...Object.keys(changed.before), ...Object.keys(changed.after)])];
  const personal = names.filter((name) => personalNames.test(name) || personalFields.includes(name));
  const side = (fields: Fields, wanted: boolean) =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => personal.includes(name) === wanted));
  const part = (wanted: boolean) => ({
    before: side(changed.before, wanted),
    after: side(changed.after, wanted),
  });
  const texts = {
    changes: JSON.stringify(personal.length > 0 ? { ...part(false), personal } : part(false)),
    personal: personal.length > 0 ? JSON.stringify(part(true)) : null,
  };
  if (texts.changes.length + (texts.personal?.length ?? 0) > bytesMax) {
    throw new AppError("INTERNAL", "audit_too_large", "The change is too large for the audit log.");
  }
  return texts;
}

/** What a caller asked for, without what bears the name of a secret. */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  const entries = Object.entries(value).filter(([name]) => !secretNames.test(name));
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutSecrets(inner)]));
}

/** Refuses fields that bear the name of a secret, at any depth. Throws AppError audit_secret, which names the field. */
export function refuseSecrets(value: unknown): void {
  if (typeof value !== "object" || value === null || value instanceof Date) return;
  for (const [name, inner] of Object.entries(value)) {
    if (!Array.isArray(value) && secretNames.test(name)) {
      const message = `The field ${name} must not enter the audit log.`;
      throw new AppError("INTERNAL", "audit_secret", message, { field: name });
    }
    refuseSecrets(inner);
  }
}
