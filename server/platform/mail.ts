import { createTransport, type Transporter } from "nodemailer";
import { env } from "./env.ts";

/** One mail to one person. */
export type Mail = {
  /** Without angle brackets. The same one for the same mail: a second delivery can be told from a second mail. */
  messageId: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
};

let transport: Transporter | undefined;

/** Hands a mail to the server of SMTP_URL. Throws when it was not accepted; then it may be sent again. */
export async function sendMail(mail: Mail): Promise<void> {
  transport ??= createTransport({
    url: env().SMTP_URL,
    pool: true,
    maxConnections: 2,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    // A mail is text that we wrote: nothing in it may name a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  await transport.sendMail({
    ...mail,
    subject: oneLine(mail.subject),
    to: { name: oneLine(mail.to.name), address: mail.to.address },
    messageId: `<${mail.messageId}>`,
    from: env().MAIL_FROM,
    // Out-of-office replies are not wanted.
    headers: { "Auto-Submitted": "auto-generated" },
  });
}

/**
 * Whether a failure of sendMail is the last word on this mail: there is no such mailbox, or it takes no such mail.
 * What speaks of us instead (not signed in, not trusted, no sender) is for an operator to mend, and tried again.
 */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { command, response, responseCode } = error as Error & Partial<Record<string, unknown>>;
  if (typeof responseCode !== "number") return /^(Invalid recipient|No recipients)/.test(error.message);
  const final = responseCode >= 500 && responseCode < 600 && responseCode !== 530;
  const ofUs = typeof response === "string" && /^\d{3}[ -]5\.7\./.test(response);
  return final && !ofUs && (command === "RCPT TO" || command === "DATA");
}

/** What may hold people's words stays one line of a header, whatever the words are. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}

/** Ends the connections to the mail server; for the end of a process. */
export function closeMail(): void {
  transport?.close();
  transport = undefined;
}
