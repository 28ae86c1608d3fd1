interface Page<T> {
  items: readonly T[] | undefined;
  nextToken: string | undefined;
}

/** Reads all pages of a list. */
export async function readPages<T>(read: (nextToken: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  let nextToken: string | undefined;
  do {
    const page = await read(nextToken);
    found.push(...(page.items ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return found;
}

/** Splits a list into chunks of at most `size`. */
export function chunksOf<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < list.length; from += size) parts.push(list.slice(from, from + size));
  return parts;
}
