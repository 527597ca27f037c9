import { once } from "node:events";
import net from "node:net";

/** A proxy before a server that can stop in the middle of an exchange, as a network does. */
export type HoldingProxy = {
  port: number;
  /**
   * From the request on that contains this text nothing passes any more: not even that request, or only what
   * comes from the clients.
   */
  hold(text: string, what: "request" | "answers"): void;
  isHolding(): boolean;
  close(): Promise<void>;
};

/** Starts one on a free port of the loopback. */
export async function startHoldingProxy(targetPort: number): Promise<HoldingProxy> {
  const sockets = new Set<net.Socket>();
  let mark: { text: string; what: "request" | "answers" } | undefined;
  let holding = false;
  const proxy = net.createServer((client) => {
    const server = net.connect({ host: "127.0.0.1", port: targetPort });
    for (const socket of [client, server]) {
      sockets.add(socket);
      // A connection that breaks is its end's own matter; here it only closes the other half.
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on("data", (bytes) => {
      if (mark && bytes.includes(mark.text)) holding = true;
      if (!holding || mark?.what === "answers") server.write(bytes);
    });
    server.on("data", (bytes) => {
      if (!holding) client.write(bytes);
    });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    port: (proxy.address() as net.AddressInfo).port,
    hold(text, what) {
      mark = { text, what };
    },
    isHolding: () => holding,
    async close() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await once(proxy, "close");
    },
  };
}
