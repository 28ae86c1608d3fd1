import type { IncomingMessage } from "node:http";
import { headerValues } from "./headers.js";

/** A name, an IPv4 address or an IPv6 address in brackets, with an optional port: https://www.rfc-editor.org/rfc/rfc9110#section-7.2 */
const HOST = /^(?:[\w.~-]+|\[[\d:.A-Fa-f]+\])(?::\d{1,5})?$/;

/**
 * Describes a malformed Host header or path that Node's parser accepts; undefined when there is none. Handlers can then rely on a valid Host
 * and on decodable escapes in the path.
 */
export function malformation(request: Pick<IncomingMessage, "rawHeaders" | "url">): string | undefined {
  const hosts = headerValues(request).get("host") ?? [];
  if (hosts.length > 1) return "it has more than one Host header";
  if (hosts.some((host) => !HOST.test(host) || !URL.canParse(`http://${host}`))) return "its Host header is malformed";
  const [path = ""] = (request.url ?? "").split("?");
  return /%(?![\dA-Fa-f]{2})/.test(path) ? "its path has a percent sign without two hexadecimal digits" : undefined;
}
