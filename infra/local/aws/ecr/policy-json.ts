/** An object of a policy document, its members not yet checked. */
export type Members = { [name: string]: unknown };

/** The object that a text holds in JSON; undefined when it is none. */
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
