/** Formats a time as ISO 8601 in UTC, to the second. */
export function utcTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Formats a time as date and time of a time zone, such as `2026-11-27 09:02:03`. */
export function zonedTime(at: number, timeZone: string): string {
  // Swedish writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(at);
}
