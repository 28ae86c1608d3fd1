import type { IncomingMessage } from "node:http";

/**
 * Returns all values of each header, by lower-case name. Read from the raw list, because in older releases of Node 20 `headersDistinct`
 * throws on a header named `constructor` or `__proto__`.
 */
export function headerValues({ rawHeaders }: Pick<IncomingMessage, "rawHeaders">): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase();
    values.set(name, [...(values.get(name) ?? []), String(rawHeaders[index + 1])]);
  }
  return values;
}
