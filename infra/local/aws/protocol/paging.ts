import type { AwsError } from "./service.js";

/** Returns one page of a list: `size` items from the position of `token`, and the token of the next page, if any. */
export function page<T>(
  items: T[],
  size: number,
  token: string | undefined,
  badToken: () => AwsError,
): { items: T[]; nextToken?: string } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString("utf8"));
  if (!Number.isSafeInteger(start) || start < 0 || token === "") throw badToken();
  const end = start + size;
  const found = items.slice(start, end);
  return end < items.length
    ? { items: found, nextToken: Buffer.from(`${end}`).toString("base64url") }
    : { items: found };
}
