import net from "node:net";

/** What becomes of a piece that the client sends: forwarded; lost with the connection; or its answer lost. */
export type Fate = "forward" | "lose" | "loseAnswer";

export type Wire = { url: string; close(): Promise<void> };

/** A wire in front of a database that breaks when `decide` says so of what the client sends. */
export async function openWire(url: string, decide: (said: string) => Fate): Promise<Wire> {
  const target = new URL(url);
  const open = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname);
    let answerIsLost = false;
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        open.delete(socket);
        cut();
      });
    }
    client.on("data", (piece) => {
      const fate = decide(piece.toString("latin1"));
      if (fate === "lose") return cut();
      answerIsLost ||= fate === "loseAnswer";
      return upstream.write(piece);
    });
    upstream.on("data", (piece) => (answerIsLost ? cut() : client.write(piece)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const own = new URL(url);
  own.hostname = "127.0.0.1";
  own.port = String(port);
  return {
    url: own.href,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
