import { StandInError } from "../errors.js";

/** Returns the value of a variable, undefined for one that is not set. */
export type Lookup = (name: string) => string | undefined;

/**
 * Replaces variables and removes quotes and escapes as BuildKit does:
 * https://docs.docker.com/reference/dockerfile/#environment-replacement
 *
 * @param escapeChar The Dockerfile's escape character.
 * @throws {StandInError} A quote or a brace is not closed, or the variable of `${NAME:?message}` is not set.
 */
export function expandWord(word: string, lookup: Lookup, escapeChar = "\\"): string {
  return new Expansion(word, lookup, escapeChar).upTo(undefined);
}

/** Replaces variables of a heredoc; quotes are part of its text. */
export function expandHeredoc(content: string, lookup: Lookup, escapeChar = "\\"): string {
  return new Expansion(content, lookup, escapeChar, false).upTo(undefined);
}

const modifiers = ["##", "#", "%%", "%", "//", "/", ":-", ":+", ":?", "-", "+", "?"];

class Expansion {
  private position = 0;

  constructor(
    private readonly text: string,
    private readonly lookup: Lookup,
    private readonly escapeChar: string,
    private readonly quotes = true,
  ) {}

  /** Reads up to a character, which is not consumed, or to the end. */
  upTo(end: string | undefined): string {
    let result = "";
    while (this.position < this.text.length) {
      const char = this.text[this.position] ?? "";
      if (char === end) return result;
      this.position++;
      if (this.quotes && char === "'") result += this.singleQuoted();
      else if (this.quotes && char === '"') result += this.doubleQuoted();
      else if (char === this.escapeChar) result += this.escaped();
      else result += char === "$" ? this.variable() : char;
    }
    if (end !== undefined) throw new StandInError(`${this.quoted()} lacks a closing ${end}.`);
    return result;
  }

  private escaped(): string {
    const next = this.text[this.position++] ?? "";
    if (this.quotes) return next;
    return next === "$" || next === this.escapeChar ? next : this.escapeChar + next;
  }

  private singleQuoted(): string {
    const end = this.text.indexOf("'", this.position);
    if (end < 0) throw new StandInError(`${this.quoted()} lacks a closing '.`);
    const value = this.text.slice(this.position, end);
    this.position = end + 1;
    return value;
  }

  private doubleQuoted(): string {
    let result = "";
    for (;;) {
      const char = this.text[this.position++];
      if (char === undefined) throw new StandInError(`${this.quoted()} lacks a closing ".`);
      if (char === '"') return result;
      if (char === "$") result += this.variable();
      else if (char === this.escapeChar && ['"', "$", this.escapeChar].includes(this.text[this.position] ?? "")) {
        result += this.text[this.position++];
      } else result += char;
    }
  }

  private variable(): string {
    const braced = this.text[this.position] === "{";
    const name = /^(?:[A-Za-z_]\w*|[0-9@*#?!$-])/.exec(this.text.slice(this.position + (braced ? 1 : 0)))?.[0];
    if (!braced) {
      if (name === undefined || !/^\w/.test(name)) return "$";
      this.position += name.length;
      return this.lookup(name) ?? "";
    }
    if (name === undefined) throw new StandInError(`${this.quoted()} has no variable's name after \${.`);
    this.position += 1 + name.length;
    const value = this.lookup(name);
    const rest = this.text.slice(this.position);
    const modifier = modifiers.find((one) => rest.startsWith(one)) ?? "";
    this.position += modifier.length;
    if (modifier === "" && !rest.startsWith("}")) {
      throw new StandInError(
        `${this.quoted()} has ${JSON.stringify(rest.slice(0, 2))} after \${${name}. Accepted: } or one of ${modifiers.join(" ")}.`,
      );
    }
    if (modifier.startsWith("/")) return this.replaced(value ?? "", modifier === "//");
    const word = this.upTo("}");
    this.position++;
    return this.modified(name, value, modifier, word);
  }

  private modified(name: string, value: string | undefined, modifier: string, word: string): string {
    const missing = modifier.startsWith(":") ? !value : value === undefined;
    switch (modifier.replace(":", "")) {
      case "-":
        return missing ? word : (value ?? "");
      case "+":
        return missing ? "" : word;
      case "?":
        if (missing) throw new StandInError(`${name}: ${word || "the variable is not set"}.`);
        return value ?? "";
      case "":
        return value ?? "";
      default:
        return trimmed(value ?? "", modifier, word);
    }
  }

  private replaced(value: string, all: boolean): string {
    const pattern = this.upTo("/");
    this.position++;
    const replacement = this.upTo("}");
    this.position++;
    return value.replace(new RegExp(glob(pattern), all ? "gs" : "s"), () => replacement);
  }

  private quoted(): string {
    return JSON.stringify(this.text);
  }
}

/** `#` and `##` cut the shortest and the longest match at the start, `%` and `%%` at the end. */
function trimmed(value: string, modifier: string, pattern: string): string {
  const lengths = Array.from({ length: value.length + 1 }, (_, length) => length);
  if (modifier.length === 2) lengths.reverse();
  const whole = new RegExp(`^${glob(pattern)}$`, "s");
  const atStart = modifier.startsWith("#");
  const cut = lengths.find((length) =>
    whole.test(atStart ? value.slice(0, length) : value.slice(value.length - length)),
  );
  if (cut === undefined) return value;
  return atStart ? value.slice(cut) : value.slice(0, value.length - cut);
}

function glob(pattern: string): string {
  const escaped = pattern.replace(/[\\^$.|+(){}[\]]/g, "\\$&");
  return escaped.replaceAll("*", ".*").replaceAll("?", ".");
}
