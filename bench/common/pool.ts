/**
 * Does the work on all items, `width` at a time, in their order. Results stand where their items stood. After a failure no further
 * item is begun, and what has begun comes to its end before the failure is thrown.
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
