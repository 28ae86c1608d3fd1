import { invalidParameter } from "./ecs-errors.js";
import type { JsonObject } from "./operation-context.js";

interface PagingOptions<T> {
  /** Returns a unique key of an item; the list is in order of the keys. */
  keyOf: (item: T) => string;
  descending?: boolean;
  /** Default and maximum size of a page. */
  size: number;
}

/** Returns one page of a list. The token contains the last key of the page: an item that is added or removed between two pages moves no other. */
export function pageByKey<T>(
  items: readonly T[],
  input: JsonObject,
  options: PagingOptions<T>,
): { items: T[]; nextToken?: string } {
  const { keyOf, size } = options;
  const direction = options.descending ? -1 : 1;
  const compare = (a: string, b: string) => (a < b ? -direction : a > b ? direction : 0);
  const requested = typeof input.maxResults === "number" ? input.maxResults : size;
  if (requested < 1 || requested > size) throw invalidParameter(`maxResults must be between 1 and ${size}.`);
  const after = typeof input.nextToken === "string" && input.nextToken !== "" ? decode(input.nextToken) : undefined;
  const sorted = [...items].sort((a, b) => compare(keyOf(a), keyOf(b)));
  const rest = after === undefined ? sorted : sorted.filter((item) => compare(keyOf(item), after) > 0);
  const shown = rest.slice(0, requested);
  const last = shown.at(-1);
  return rest.length > shown.length && last !== undefined
    ? { items: shown, nextToken: encode(keyOf(last)) }
    : { items: shown };
}

const MARK = "slipway:";
const encode = (key: string) => Buffer.from(MARK + key).toString("base64url");

function decode(token: string): string {
  const key = Buffer.from(token, "base64url").toString();
  if (!key.startsWith(MARK)) throw invalidParameter("Invalid token.");
  return key.slice(MARK.length);
}
