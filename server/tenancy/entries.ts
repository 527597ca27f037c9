import { tenantKey } from "./key.ts";
import type { Placement } from "./placement.ts";
import type { Entry, Protocol } from "./protocol.ts";
import { entryMessage, type Message } from "./statement.ts";

const perPlacementMax = 16;

/**
 * Entries as they go over the wire. Making one costs a signature and a dozen messages, and the same few serve
 * for as long as a placement is believed in; they are forgotten with it.
 */
export class Entries {
  readonly #masterSecret: string;
  readonly #protocol: Protocol;
  readonly #made = new WeakMap<Placement, Map<string, Message>>();

  constructor(masterSecret: string, protocol: Protocol) {
    this.#masterSecret = masterSecret;
    this.#protocol = protocol;
  }

  get(entry: Omit<Entry, "key">): Message {
    const { placement, readOnly, accessVersion } = entry;
    let made = this.#made.get(placement);
    if (!made) this.#made.set(placement, (made = new Map()));
    const name = `${readOnly}/${accessVersion}`;
    let message = made.get(name);
    if (!message) {
      const key = tenantKey(this.#masterSecret, placement.tenantId, placement.keyVersion);
      message = entryMessage(this.#protocol.enter({ ...entry, key }));
      if (made.size >= perPlacementMax) made.clear();
      made.set(name, message);
    }
    return message;
  }
}
