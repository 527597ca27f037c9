import { createSocket } from "node:dgram";
import { once } from "node:events";

const typeA = 1;
const headerBytes = 12;

/** A name server on the loopback that knows what a test tells it: IPv4 addresses by name. */
export type NameServer = {
  address: string;
  names: Map<string, string[]>;
  asked: string[];
  close(): Promise<void>;
};

/** Starts one on a free port. */
export async function startNameServer(): Promise<NameServer> {
  const names = new Map<string, string[]>();
  const asked: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const { name, end } = readName(query);
    const type = query.readUInt16BE(end);
    if (type === typeA) asked.push(name);
    const known = names.get(name);
    const addresses = type === typeA ? (known ?? []) : [];
    const question = query.subarray(headerBytes, end + 4);
    socket.send(
      answer(query.readUInt16BE(0), question, addresses, known !== undefined),
      from.port,
      from.address,
    );
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  return {
    address: `127.0.0.1:${port}`,
    names,
    asked,
    async close() {
      socket.close();
      await once(socket, "close");
    },
  };
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), end: at + 1 };
}

/** RFC 1035, section 4: a header, the question once more, and an address record for each answer. */
function answer(id: number, question: Buffer, addresses: string[], exists: boolean): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(exists ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, headerBytes, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split(".").map(Number)]),
  );
  return Buffer.concat([header, question, ...records]);
}
