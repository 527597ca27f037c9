import net from "node:net";
import { once } from "node:events";

/** A TCP proxy that counts how often its client began to speak after the server had. */
export type Proxy = { port: number; trips(): number; close(): Promise<void> };

/** Starts a counting proxy in front of a server, on a free port of the loopback. */
export async function startProxy(target: { host: string; port: number }): Promise<Proxy> {
  let trips = 0;
  const sockets = new Set<net.Socket>();
  const proxy = net.createServer((client) => {
    const server = net.connect(target);
    let clientSpoke = false;
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
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
      if (!clientSpoke) trips++;
      clientSpoke = true;
      server.write(bytes);
    });
    server.on("data", (bytes) => {
      clientSpoke = false;
      client.write(bytes);
    });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    port: (proxy.address() as net.AddressInfo).port,
    trips: () => trips,
    async close() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await once(proxy, "close");
    },
  };
}
