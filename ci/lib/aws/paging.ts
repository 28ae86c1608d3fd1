interface Page<T> {
  items: readonly T[] | undefined;
  nextToken: string | undefined;
}

/**
 * Reads the pages of a list.
 * @param most Maximum number of pages.
 * @returns The items; `more` is true when there are further pages.
 */
export async function listPages<T>(
  read: (nextToken: string | undefined) => Promise<Page<T>>,
  most = Number.POSITIVE_INFINITY,
): Promise<{ items: T[]; more: boolean }> {
  const items: T[] = [];
  let nextToken: string | undefined;
  for (let pages = 0; pages < most; pages++) {
    const page = await read(nextToken);
    items.push(...(page.items ?? []));
    nextToken = page.nextToken;
    if (!nextToken) return { items, more: false };
  }
  return { items, more: true };
}

/** Reads all pages of a list. */
export async function readPages<T>(read: Parameters<typeof listPages<T>>[0]): Promise<T[]> {
  return (await listPages(read)).items;
}

/** Splits a list into chunks of at most `size`. */
export function chunksOf<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < list.length; from += size) parts.push(list.slice(from, from + size));
  return parts;
}

/** Describes the elements of a list in calls of at most `size` each, one after the other. */
export async function readChunks<T, Found>(
  list: readonly T[],
  size: number,
  read: (chunk: T[]) => Promise<readonly Found[] | undefined>,
): Promise<Found[]> {
  const found: Found[] = [];
  for (const chunk of chunksOf(list, size)) found.push(...((await read(chunk)) ?? []));
  return found;
}
