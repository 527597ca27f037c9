// Stands in for a mail server on this machine: `node server/dev/mail-catcher.ts`.
import fs from "node:fs";

import { startMailCatcher } from "./mail-catcher-server.ts";

const catcher = await startMailCatcher({
  smtpPort: Number(process.env.MAIL_CATCHER_SMTP_PORT ?? 0),
  httpPort: Number(process.env.MAIL_CATCHER_HTTP_PORT ?? 0),
});
let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await catcher.close();
  process.exit(0);
}
process.on("SIGTERM", () => void stop());
process.on("SIGINT", () => void stop());

// A parent that gave us a pipe and is gone has closed it. A terminal or /dev/null says nothing about anybody.
const input = fs.fstatSync(0);
if (input.isFIFO() || input.isSocket())
  process.stdin
    .resume()
    .once("end", () => void stop())
    .once("error", () => void stop());

// Last: whoever reads it may stop us right away.
process.stdout.write(
  `mail catcher ready: smtp://127.0.0.1:${catcher.smtpPort} http://127.0.0.1:${catcher.httpPort}\n`,
);
