/** Masks secrets in what people and caches get to see, as the engine does. A secret of several lines is masked line by line too. */
export function scrubber(plaintexts: string[]): (text: string) => string {
  const lines = plaintexts.flatMap((plaintext) => [plaintext, ...plaintext.split("\n")]).map((line) => line.trim());
  const secrets = [...new Set(lines)].filter((line) => line.length > 2).sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}
