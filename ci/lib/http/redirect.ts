import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Addresses that are not public: https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6 counterpart. */
const special = new BlockList();
const ipv4 =
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16 198.18.0.0/15 224.0.0.0/3";
const ipv6 = "::/128 64:ff9b:1::/48 fc00::/7 fe80::/10 ff00::/8";
for (const [family, networks] of [
  ["ipv4", ipv4],
  ["ipv6", ipv6],
] as const) {
  for (const [network = "", prefix] of networks.split(" ").map((one) => one.split("/")))
    special.addSubnet(network, Number(prefix), family);
}
const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

/**
 * Returns whether a server may send us to a URL: to itself, to https at a public address, and from loopback to loopback. An address
 * within our own network is never the server's to choose. Names are not resolved: over https, what a name of its choice resolves to
 * has no certificate for that name.
 */
export function mayLead(from: URL, to: URL): boolean {
  if (to.username !== "" || to.password !== "" || !["http:", "https:"].includes(to.protocol)) return false;
  if (to.origin === from.origin) return true;
  if (isLoopback(to)) return isLoopback(from);
  return to.protocol === "https:" && !isIn(special, to);
}

function isLoopback(url: URL): boolean {
  return /(^|\.)localhost\.?$/.test(url.hostname) || isIn(loopback, url);
}

function isIn(list: BlockList, { hostname }: URL): boolean {
  const address = hostname.replace(/^\[|\]$/g, "");
  return (isIPv4(address) && list.check(address)) || (isIPv6(address) && list.check(address, "ipv6"));
}
