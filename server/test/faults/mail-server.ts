import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

/** A mail server that never answers to the first mail, and takes all others. */
export type HesitantMailServer = {
  url: string;
  isHesitating(): boolean;
  /** The Message-IDs of the mails that it took. */
  taken: string[];
  close(): Promise<void>;
};

/** Starts one on a free port of the loopback. */
export async function startHesitantMailServer(): Promise<HesitantMailServer> {
  let hesitating = false;
  const taken: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    onData(stream, _session, answer) {
      void text(stream).then((mail) => {
        if (!hesitating) {
          hesitating = true;
          return;
        }
        taken.push(/^message-id:\s*(\S+)/im.exec(mail)?.[1] ?? "none");
        answer();
      });
    },
  });
  // A client that is killed leaves its connection behind.
  server.on("error", () => {});
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    isHesitating: () => hesitating,
    taken,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
