/** Returns the number below which a share of the sorted numbers lies, by the lower rank; 0 for none. @param share From 0 to 1. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
}
