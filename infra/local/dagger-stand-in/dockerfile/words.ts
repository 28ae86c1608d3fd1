/** A piece of an instruction's text between spaces, with its quotes and escapes. */
export interface Word {
  text: string;
  /** Index of the first character after it. */
  end: number;
}

/** Splits a text at spaces outside quotes. */
export function splitWords(text: string, escapeChar: string): Word[] {
  const words: Word[] = [];
  let word = "";
  let quote = "";
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? "";
    if (quote === "" && /\s/.test(char)) {
      if (word !== "") words.push({ text: word, end: index });
      word = "";
      continue;
    }
    if (char === escapeChar && quote !== "'") {
      word += char + (text[index + 1] ?? "");
      index++;
      continue;
    }
    if (quote === "" && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = "";
    word += char;
  }
  if (word !== "") words.push({ text: word, end: text.length });
  return words;
}

/** Reads the JSON form of arguments, such as `["npm", "start"]`; undefined for the shell form, as Docker decides it. */
export function jsonArguments(text: string): string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}
