import { InputError } from "../common/errors.js";

/** Part of a word: in single quotes, in double quotes, an escaped character, or plain text. */
const part = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y;

/**
 * Splits a command into its words as a POSIX shell splits quoted words, without any expansion; a list in JSON is taken as it is.
 * @throws InputError for a command without words, or with a quote that is not closed.
 */
export function parseCommand(text: string): string[] {
  const words = text.trimStart().startsWith("[") ? listOf(text) : wordsOf(text);
  if (words !== undefined && words.length > 0 && words[0] !== "") return words;
  throw new InputError(
    "bad-command",
    `--command is ${JSON.stringify(text.slice(0, 200))}. Accepted: words with closed quotes, such as "flask db upgrade", or a JSON list of texts, such as ["sh", "-c", "env | sort"].`,
  );
}

function listOf(text: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((one) => typeof one === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}

function wordsOf(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; ) {
    const space = /\s+/y;
    space.lastIndex = part.lastIndex = at;
    if (space.test(text)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at = space.lastIndex;
      continue;
    }
    const found = part.exec(text);
    if (!found) return undefined;
    const [, single, double, escaped, plain] = found;
    word = `${word ?? ""}${single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? plain ?? ""}`;
    at = part.lastIndex;
  }
  return word === undefined ? words : [...words, word];
}
