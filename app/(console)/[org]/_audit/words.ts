/** "dueOn" → "due on", "sync-account" → "sync account", "apiKey" → "API key". */
export function spelledOut(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[-_.]+/g, " ")
    .trim()
    .replaceAll(/\b[A-Z][a-z]+/g, (word) => word.toLowerCase())
    .replaceAll(/\b(api|id|ip|sso|url)\b/g, (word) => word.toUpperCase());
}

/** The first letter large. */
export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a type of target is called within a sentence. */
const nouns: Record<string, string> = {
  audit: "audit log",
  audit_stream: "audit stream",
  invite: "invitation",
  organizations: "organization",
  session: "session",
  sso: "single sign-on",
};

/** "api_key" → "API key": what a target is called within a sentence. */
export function nounOf(targetType: string): string {
  return nouns[targetType] ?? spelledOut(targetType);
}

/** What fields are called, where their names do not say it. */
const fields: Record<string, string> = {
  assigneeId: "assignee",
  dueOn: "due date",
  deletionAt: "date of deletion",
  email: "e-mail address",
  ip: "IP address",
  legalHold: "legal hold",
  legalHoldReason: "reason of the legal hold",
  projectId: "project",
  recordReads: "recording of reads",
  retentionDays: "days of retention",
  roleId: "role",
  roleKey: "role",
  slug: "address",
};

/** "dueOn" → "due date": what a field is called within a sentence. */
export function fieldNoun(name: string): string {
  const known = fields[name];
  if (known) return known;
  return spelledOut(name).replace(/ (ID|key)$/, "");
}

/** How kinds of actors are called. */
export const actorKinds = {
  member: "Person",
  api_key: "API key",
  operator: "Operator",
  system: "Astra itself",
  anonymous: "Nobody known",
} as const;
