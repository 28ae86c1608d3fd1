import { InputError } from "../common/errors.js";

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const longest = 30 * units.d;

/**
 * Reads a time in the past: a duration before now, such as `15m`, or a time of ISO 8601.
 * @returns Milliseconds since the epoch.
 * @throws InputError
 */
export function parseSince(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const at =
    count === undefined
      ? /^\d{4}-\d{2}-\d{2}T/.test(text)
        ? Date.parse(text)
        : Number.NaN
      : now - Number(count) * units[unit as keyof typeof units];
  if (at <= now && at >= now - longest) return at;
  throw new InputError(
    "bad-since",
    `--since is ${JSON.stringify(text.slice(0, 100))}. Accepted: a duration of up to 30 days, such as 90s, 15m, 2h or 1d, or a past time such as ${new Date(now - units.h).toISOString()}.`,
  );
}
