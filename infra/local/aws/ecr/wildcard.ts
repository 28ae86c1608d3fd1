/**
 * Whether a text fits a pattern in which `*` stands for any characters. Each part between two asterisks is looked for once, from where the
 * last one ended: no pattern makes it slow, as several `.*` of a regular expression would.
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
