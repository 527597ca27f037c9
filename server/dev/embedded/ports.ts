import net from "node:net";

const LOOPBACK = "127.0.0.1";

/** A TCP port on the loopback address that nobody listens on right now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new Error("No TCP address"));
      server.close(() => resolve(address.port));
    });
  });
}

/** Whether a server could be opened on this port now, on the loopback address and on all interfaces. */
export async function portIsFree(port: number): Promise<boolean> {
  // A listener on all interfaces does not always refuse one on 127.0.0.1, so connecting is asked as well.
  return !(await canConnect(port)) && (await canListen(port));
}

/** The first free port from `port` upwards; throws after `triesMax` used ones. */
export async function nextFreePort(port: number, triesMax = 50): Promise<number> {
  for (let candidate = port; candidate < port + triesMax && candidate < 65_536; candidate += 1) {
    if (await portIsFree(candidate)) return candidate;
  }
  throw new Error(`No free port between ${port} and ${port + triesMax - 1}`);
}

/** Whether something on the loopback address accepts connections on this port. */
export function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: LOOPBACK, timeout: 1_000 });
    const answer = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => answer(true));
    socket.once("timeout", () => answer(false));
    socket.once("error", () => answer(false));
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}
