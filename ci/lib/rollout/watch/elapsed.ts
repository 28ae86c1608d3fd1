/** Formats a time in milliseconds as minutes and seconds, such as `+1:05`. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `+${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
