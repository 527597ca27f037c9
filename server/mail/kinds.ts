/**
 * Every kind of mail, and whose it is: a `platform` mail goes to an account and is about a row of the platform,
 * a `tenant` mail is about a row of one organization and is written at that organization's door.
 *
 * To add a kind: name it here; write `async function …Letter(ctx, subjectId)` in its feature folder, which loads
 * what the mail says and answers a Letter, or null when there is nothing to say any more; enter that function in
 * workers/mails.ts, where a missing one does not compile; ask for it with askMail or askPlatformMail.
 */
export const mailKinds = {
  confirm_email: { scope: "platform" },
  reset_password: { scope: "platform" },
  password_changed: { scope: "platform" },
  already_registered: { scope: "platform" },
  notification: { scope: "tenant" },
  invite: { scope: "tenant" },
  change_email: { scope: "platform" },
  email_changed: { scope: "platform" },
} as const satisfies Record<string, { scope: "platform" | "tenant" }>;

export type MailKind = keyof typeof mailKinds;
type OfScope<Scope> = {
  [Kind in MailKind]: (typeof mailKinds)[Kind]["scope"] extends Scope ? Kind : never;
}[MailKind];
export type PlatformMailKind = OfScope<"platform">;
export type TenantMailKind = OfScope<"tenant">;
