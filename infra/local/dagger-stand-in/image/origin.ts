import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Addresses that are not public: https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6 counterpart. */
const special = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  special.addSubnet(network, prefix);
for (const [network, prefix] of [
  ["::", 128],
  ["64:ff9b:1::", 48],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  special.addSubnet(network, prefix, "ipv6");

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

/**
 * Returns true for a URL that a registry may send its client to, by a redirect, an upload's Location or a token realm: the registry itself,
 * https at a public address, and loopback from loopback. A server may never choose an address within the client's network.
 * Only addresses are checked, not the addresses of a name: a server in the client's network has no certificate for the name.
 */
export function mayLead(from: URL, to: URL): boolean {
  if (to.username !== "" || to.password !== "" || !["http:", "https:"].includes(to.protocol)) return false;
  if (to.origin === from.origin) return true;
  if (isLoopback(to)) return isLoopback(from);
  return to.protocol === "https:" && !isIn(special, to);
}

/** True for this machine: a name below `localhost`, 127.0.0.0/8 and ::1. */
export function isLoopback(url: URL): boolean {
  return /(^|\.)localhost\.?$/.test(url.hostname) || isIn(loopback, url);
}

function isIn(list: BlockList, { hostname }: URL): boolean {
  const address = hostname.replace(/^\[|\]$/g, "");
  // BlockList checks an IPv4-mapped address, such as ::ffff:127.0.0.1, as IPv4.
  return (isIPv4(address) && list.check(address)) || (isIPv6(address) && list.check(address, "ipv6"));
}
