import ipaddr from "ipaddr.js";

/** What this installation lets organizations reach. */
export type OutboundRules = {
  /** Development and tests alone: this machine, over http as well. */
  allowLoopback: boolean;
  ports: readonly number[];
};

// Public by its range, but a cloud's own service to its machines (Azure).
const refusedAddresses = new Set(["168.63.129.16"]);
const refusedNames = /(?:^|\.)(?:localhost|local|internal|localdomain|home\.arpa|onion|invalid)$/;
const urlLengthMax = 2_000;

/** Whether an address, in any of its forms, is one of the public internet. */
export function isPublicAddress(text: string): boolean {
  const address = plainAddress(text);
  if (!address || address.range() !== "unicast") return false;
  if (address instanceof ipaddr.IPv4) return !refusedAddresses.has(address.toString());
  // What the registries hand out; all else (::/96 among it) only seems to be ordinary.
  return address.match(globalUnicast);
}

const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");
const translated = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/** Whether an address, in any of its forms, is this machine. */
export function isLoopback(text: string): boolean {
  return plainAddress(text)?.range() === "loopback";
}

/** The address that is meant: IPv4 mapped into IPv6, or behind a translator (NAT64), is IPv4. */
function plainAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv6 && address.match(translated)) {
    return new ipaddr.IPv4(address.toByteArray().slice(-4));
  }
  return address;
}

/** The host as a connection takes it: an IPv6 address without its brackets. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

/**
 * Reads an address that an organization has given. Answers the URL, or why nothing is sent there: "refused_url"
 * for its form, "blocked" for where it leads. Names are looked up later; what they lead to is checked then.
 */
export function readOutboundUrl(text: string, rules: OutboundRules): URL | "refused_url" | "blocked" {
  const url = text.length <= urlLengthMax ? URL.parse(text) : null;
  if (!url || url.username !== "" || url.password !== "") return "refused_url";
  const host = hostOf(url).replace(/\.$/, "");
  if (rules.allowLoopback && (host === "localhost" || isLoopback(host))) {
    return url.protocol === "https:" || url.protocol === "http:" ? url : "refused_url";
  }
  if (url.protocol !== "https:") return "refused_url";
  if (!rules.ports.includes(Number(url.port || 443))) return "blocked";
  // The URL's own reading has made decimal, octal and hexadecimal forms plain already.
  if (ipaddr.isValid(host)) return isPublicAddress(host) ? url : "blocked";
  return refusedNames.test(host) || !host.includes(".") ? "blocked" : url;
}
