import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { headerValues } from "../../http/headers.js";

/** What concerns one connection only: RFC 9110, section 7.6.1. */
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

/** What goes on to the target: the client's headers, Host included, and who the client is. */
export function requestHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  const { remoteAddress, localPort } = request.socket;
  const before = request.headers["x-forwarded-for"];
  return {
    // Transfer-Encoding stays: Node would send the body of a GET or DELETE without any end.
    ...endToEnd(request, []),
    "x-forwarded-for": [before, plainAddress(remoteAddress)].filter(Boolean).join(", "),
    "x-forwarded-proto": "http",
    "x-forwarded-port": String(localPort),
    connection: "close",
  };
}

/** What goes back to the client. How the body is framed is told anew. */
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
