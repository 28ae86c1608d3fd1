/** Invalid input: exit code 2. The message has the value received, what is accepted and the next step. */
export class BadInput extends Error {
  override readonly name = "BadInput";
}

/** Formats foreign text for a message: one line, neutralized and bounded. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  // JSON leaves DEL, the C1 controls and invisible characters as they are.
  const visible = text.replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, "?");
  return visible.length > 120 ? `${visible.slice(0, 120)}…` : visible;
}
