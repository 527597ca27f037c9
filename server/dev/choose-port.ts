import { nextFreePort, portIsFree } from "./embedded/ports.ts";

const DEFAULT_PORT = 3000;

/**
 * The web process's port: PORT when it was set, and then nothing else, or the first free one from 3000 on.
 * Throws an Error for people when the wanted one is in use or is no port.
 */
export async function choosePort(wanted: string | undefined): Promise<number> {
  if (!wanted) {
    const port = await nextFreePort(DEFAULT_PORT);
    if (port !== DEFAULT_PORT)
      process.stdout.write(`Port ${DEFAULT_PORT} is in use; taking ${port} instead.\n`);
    return port;
  }
  const port = Number(wanted);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`PORT=${wanted} is not a port.`);
  if (!(await portIsFree(port)))
    throw new Error(`PORT=${port} is in use. Stop what uses it, or choose another.`);
  return port;
}
