/** @param content XML: text is to be escaped. */
export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** Escapes text for XML. Characters that XML 1.0 excludes, such as most control characters, become the replacement character. */
export function escapeXml(text: string): string {
  return Array.from(text, escapeCharacter).join("");
}

function escapeCharacter(character: string): string {
  if (/[&<>"'\r]/.test(character)) return `&#${character.codePointAt(0)};`;
  return isXmlCharacter(character.codePointAt(0) ?? 0) ? character : "\ufffd";
}

/** https://www.w3.org/TR/xml/#charsets */
function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff;
}
