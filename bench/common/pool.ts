/**
 * Does the work on all items in order, `width` at a time. Results have the positions of their items. After a failure no further item
 * starts; the failure is thrown once all started items have ended.
 */
export async function pool<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, worker));
  const failure = ended.find((each) => each.status === "rejected");
  if (failure) throw failure.reason;
  return results;
}
