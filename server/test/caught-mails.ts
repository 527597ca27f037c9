import { startMailCatcher, type MailCatcher } from "../dev/mail-catcher-server.ts";

/** A mail server for one test file. Call it before the first mail: the environment is read once. */
export async function catchMails(): Promise<MailCatcher> {
  const catcher = await startMailCatcher({ smtpPort: 0, httpPort: 0 });
  process.env.SMTP_URL = `smtp://127.0.0.1:${catcher.smtpPort}`;
  return catcher;
}
