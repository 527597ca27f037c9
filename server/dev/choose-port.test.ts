import net from "node:net";

import { expect, test } from "vitest";

import { choosePort } from "./choose-port.ts";
import { freePort, nextFreePort } from "./embedded/ports.ts";

async function listenOn(port: number, host: string): Promise<net.Server> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return server;
}

test.each(["127.0.0.1", "0.0.0.0"])("a port in use on %s is refused when it was set", async (host) => {
  const port = await freePort();
  const server = await listenOn(port, host);
  await expect(choosePort(String(port))).rejects.toThrow(`PORT=${port} is in use`);
  expect(await nextFreePort(port)).toBeGreaterThan(port);
  server.close();
});

test("a free port is taken as it was set, and nonsense is refused", async () => {
  const port = await freePort();
  expect(await choosePort(String(port))).toBe(port);
  for (const wrong of ["0", "65536", "http", "30.5"]) {
    await expect(choosePort(wrong)).rejects.toThrow("is not a port");
  }
});
