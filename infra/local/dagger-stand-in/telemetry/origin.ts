/** Where an error began, as the engine appends it to an error's message: https://github.com/dagger/otel-go (`TrackOrigin`). */
const pattern = /\s*\[traceparent:([0-9a-f]{32})-([0-9a-f]{16})\]/g;

/** Appends the span that an error began in to its message, unless the message names one already. */
export function withOrigin(message: string, trace: string, span: string): string {
  return originsOf(message).length > 0 ? message : `${message} [traceparent:${trace}-${span}]`;
}

/** The ids of the spans that a message names as its origins. */
export function originsOf(message: string): string[] {
  return [...message.matchAll(pattern)].map(([, , span = ""]) => span);
}

/** The message alone. */
export function withoutOrigins(message: string): string {
  return message.replace(pattern, "");
}

/** Formats the W3C `traceparent` of a span: https://www.w3.org/TR/trace-context/#traceparent-header */
export function traceparent(trace: string, span: string): string {
  return `00-${trace}-${span}-01`;
}

/** The id of the span that a `traceparent` names; undefined when it is none. */
export function spanOf(header: unknown): string | undefined {
  return typeof header === "string" ? /^00-[0-9a-f]{32}-([0-9a-f]{16})-/.exec(header)?.[1] : undefined;
}
