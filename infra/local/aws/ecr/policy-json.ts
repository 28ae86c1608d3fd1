/** Object of a policy document, not validated. */
export type Members = { [name: string]: unknown };

/** Parses a JSON object; returns undefined for anything else. */
export function parseObject(text: string): Members | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
}
