/** The first mistake that keeps a text from being valid JSON. */
export class JsonMistake extends Error {
  override readonly name = "JsonMistake";
}

/** Maximum length in characters: no target needs more. */
const longest = 1024 * 1024;
const deepest = 100;

/**
 * Parses JSON, with or without a byte order mark. Unlike JSON.parse it refuses a key that an object has twice, and reports line and
 * column of a mistake without quoting the text, which may contain secrets.
 * @throws JsonMistake with one sentence.
 */
export function parseJsonText(text: string): unknown {
  if (text.length > longest) throw new JsonMistake(`It is longer than ${longest} characters.`);
  if (/[\0\ufffd]/.test(text)) throw new JsonMistake("It is not text in UTF-8: save it in that encoding.");
  const json = text.replace(/^\ufeff/, "");
  scan(json);
  return JSON.parse(json) as unknown;
}

const whiteSpace = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a JSON string has none of them
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;

function scan(text: string): void {
  let at = 0;

  function fail(what: string, position = at): never {
    throw new JsonMistake(`${placeOf(text, position)}: ${what}.`);
  }
  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  }
  /** The next character that is no white space; empty at the end. */
  function next(): string {
    take(whiteSpace);
    return text[at] ?? "";
  }

  function value(depth: number): void {
    const character = next();
    if (depth > deepest) fail(`nested more than ${deepest} levels deep`);
    if (character === "{") members(depth);
    else if (character === "[") items(depth);
    else if (character === '"') key("a string");
    else if (take(scalar) === undefined) fail(`${found(character)} in place of a value`);
  }

  function key(what: string): string {
    const start = at;
    const token = take(string);
    if (token !== undefined) return JSON.parse(token) as string;
    if (text[start] !== '"') return fail(`${found(next())} in place of ${what}`);
    return fail("a string that has a line break or an invalid escape in it, or no closing quote", start);
  }

  function members(depth: number): void {
    const lines = new Map<string, number>();
    at++;
    if (next() === "}") return void at++;
    do {
      next();
      const start = at;
      const name = key("a key in double quotes");
      const before = lines.get(name);
      if (before !== undefined) fail(`the key ${JSON.stringify(name)} is there twice, first in line ${before}`, start);
      lines.set(name, lineOf(text, start));
      if (next() !== ":") fail(`${found(next())} in place of a colon`);
      at++;
      value(depth + 1);
    } while (goesOn("}"));
  }

  function items(depth: number): void {
    at++;
    if (next() === "]") return void at++;
    do value(depth + 1);
    while (goesOn("]"));
  }

  function goesOn(end: string): boolean {
    const character = next();
    const position = at++;
    if (character === end) return false;
    if (character !== ",") fail(`${found(character)} in place of a comma or ${end}`, position);
    if (next() === end) fail(`a comma before ${end}`, position);
    return true;
  }

  value(0);
  const rest = next();
  if (rest !== "") fail(`${found(rest)} after the end`);
}

function found(character: string): string {
  if (character === "") return "the end of the file";
  if (character === "/" || character === "#") return "a comment, which JSON does not have,";
  return `the character ${JSON.stringify(character)}`;
}

function lineOf(text: string, position: number): number {
  return text.slice(0, position).split(/\r\n|\r|\n/).length;
}

function placeOf(text: string, position: number): string {
  const lines = text.slice(0, position).split(/\r\n|\r|\n/);
  return `Line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}
