/** Origin of an error, as the engine appends it to the message: https://github.com/dagger/otel-go (`TrackOrigin`). */
const pattern = /\s*\[traceparent:([0-9a-f]{32})-([0-9a-f]{16})\]/g;

/** Appends the span where an error began to its message, unless the message names one already. */
export function withOrigin(message: string, trace: string, span: string): string {
  return originsOf(message).length > 0 ? message : `${message} [traceparent:${trace}-${span}]`;
}

/** Returns the ids of the spans that a message names as its origins. */
export function originsOf(message: string): string[] {
  return [...message.matchAll(pattern)].map(([, , span = ""]) => span);
}

/** Returns the message without its origins. */
export function withoutOrigins(message: string): string {
  return message.replace(pattern, "");
}

/** Formats the W3C `traceparent` of a span: https://www.w3.org/TR/trace-context/#traceparent-header */
export function traceparent(trace: string, span: string): string {
  return `00-${trace}-${span}-01`;
}

/** Returns the span id of a `traceparent`; undefined when the text is none. */
export function spanOf(header: unknown): string | undefined {
  return typeof header === "string" ? /^00-[0-9a-f]{32}-([0-9a-f]{16})-/.exec(header)?.[1] : undefined;
}
