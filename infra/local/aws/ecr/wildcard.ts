/**
 * Returns true when a text matches a pattern with `*` for any characters. Searches each part between two asterisks once, from the end of the
 * last one: no pattern is slow, unlike several `.*` in a regular expression.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  const [start = "", ...parts] = pattern.split("*");
  const end = parts.pop();
  if (end === undefined) return text === pattern;
  if (!text.startsWith(start)) return false;
  let at = start.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - end.length >= at && text.endsWith(end);
}
