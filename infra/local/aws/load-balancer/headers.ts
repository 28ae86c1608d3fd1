import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { headerValues } from "../../http/headers.js";

/** Hop-by-hop headers: RFC 9110, section 7.6.1. */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
];

/** Returns the headers for the target: the client's, Host included, and X-Forwarded-*. */
export function requestHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  const { remoteAddress, localPort } = request.socket;
  const before = request.headers["x-forwarded-for"];
  return {
    // Transfer-Encoding stays: without it Node sends the body of a GET or DELETE without framing.
    ...endToEnd(request, []),
    "x-forwarded-for": [before, plainAddress(remoteAddress)].filter(Boolean).join(", "),
    "x-forwarded-proto": "http",
    "x-forwarded-port": String(localPort),
    connection: "close",
  };
}

/** Returns the headers for the client. Node sets the framing of the body. */
export function responseHeaders(response: IncomingMessage): OutgoingHttpHeaders {
  return endToEnd(response, ["transfer-encoding"]);
}

function endToEnd(message: IncomingMessage, alsoWithout: string[]): OutgoingHttpHeaders {
  const named = (message.headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  const without = new Set([...hopByHop, ...named, ...alsoWithout]);
  const kept = [...headerValues(message)].filter(([name]) => !without.has(name));
  return Object.fromEntries(kept.map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

function plainAddress(address = ""): string {
  return address.replace(/^::ffff:/, "");
}
