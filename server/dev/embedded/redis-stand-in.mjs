// The last resort where no real Redis can be had: `node redis-stand-in.mjs <port>`.
import net from "node:net";

import { createRedisMock } from "js-redis-server";

// The package listens on all interfaces and has no setting for it.
const listen = Reflect.get(net.Server.prototype, "listen");
net.Server.prototype.listen = function listenOnLoopback(first, ...rest) {
  const where = typeof first === "number" ? { port: first, host: "127.0.0.1" } : first;
  return Reflect.apply(listen, this, [where, ...rest]);
};

await createRedisMock({ port: Number(process.argv[2]), compatibility: "redis-7.2" });
process.once("SIGTERM", () => process.exit(0));
