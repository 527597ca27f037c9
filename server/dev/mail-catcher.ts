// Stands in for a mail server on this machine: `node server/dev/mail-catcher.ts`.
import { startMailCatcher } from "./mail-catcher-server.ts";
import { serveUntilStopped } from "./serve-until-stopped.ts";

const catcher = await startMailCatcher({
  smtpPort: Number(process.env.MAIL_CATCHER_SMTP_PORT ?? 0),
  httpPort: Number(process.env.MAIL_CATCHER_HTTP_PORT ?? 0),
});
serveUntilStopped(
  catcher,
  `mail catcher ready: smtp://127.0.0.1:${catcher.smtpPort} http://127.0.0.1:${catcher.httpPort}`,
);
