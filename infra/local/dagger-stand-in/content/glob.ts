import { StandInError } from "../errors.js";

/** Token of a pattern: one character, or a wildcard for any number of them. */
type Token = "name" | "everything" | "directories" | ((character: string) => boolean);

/** Pattern of paths: `*` within a name, `**` across directories, `?`, `[a-z]`. */
export interface Glob {
  /** Returns true when the pattern matches this path. */
  matches(path: string): boolean;
  /** Returns true when the pattern matches this path or a directory above it. */
  contains(path: string): boolean;
}

/**
 * Reads a pattern. A path is matched in one pass over all possible states, so that no pattern is slow; in a regular
 * expression, several `**` together would.
 *
 * @throws {StandInError} A class such as `[z-a]` has no characters.
 */
export function readGlob(pattern: string): Glob {
  const tokens = tokensOf(pattern);
  return {
    matches: (path) => run(tokens, path, false),
    contains: (path) => run(tokens, path, true),
  };
}

function tokensOf(pattern: string): Token[] {
  return pattern.split(/(\*\*\/|\*\*|\*|\?|\[[^\]]*\])/).flatMap((part): Token[] => {
    if (part === "**/") return ["directories"];
    if (part === "**") return ["everything"];
    if (part === "*") return ["name"];
    if (part === "?") return [(character) => character !== "/"];
    if (/^\[.+\]$/s.test(part)) return [readClass(part, pattern)];
    return part.split("").map((wanted) => (character) => character === wanted);
  });
}

function readClass(part: string, pattern: string): (character: string) => boolean {
  try {
    const expression = new RegExp(`^${part.replace(/^\[!/, "[^")}$`);
    return (character) => expression.test(character);
  } catch {
    throw new StandInError(`The pattern ${JSON.stringify(pattern)} has ${part}, which is not a class such as [a-z].`);
  }
}

/** State of the matcher: twice a token's index, plus one within a directory's name. The final state follows the last token. */
function run(tokens: Token[], path: string, within: boolean): boolean {
  const end = 2 * tokens.length;
  let states = withSkipped(tokens, new Set([0]));
  for (const character of path.split("")) {
    if (within && character === "/" && states.has(end)) return true;
    const next = new Set<number>();
    for (const state of states) {
      const follower = follow(tokens[state >> 1], state, character);
      if (follower !== undefined) next.add(follower);
    }
    if (next.size === 0) return false;
    states = withSkipped(tokens, next);
  }
  return states.has(end);
}

function follow(token: Token | undefined, state: number, character: string): number | undefined {
  const isSlash = character === "/";
  const start = state & ~1;
  if (token === undefined) return undefined;
  if (typeof token === "function") return token(character) ? start + 2 : undefined;
  if (token === "everything") return state;
  if (token === "name") return isSlash ? undefined : state;
  // A directory's name has at least one character and ends with a slash.
  if (!isSlash) return start + 1;
  return state === start ? undefined : start;
}

/** Adds the states that are reachable without a character: a wildcard also matches none. */
function withSkipped(tokens: Token[], states: Set<number>): Set<number> {
  // Iteration includes members that are added during it.
  for (const state of states) {
    const token = tokens[state >> 1];
    if (state % 2 === 0 && token !== undefined && typeof token !== "function") states.add(state + 2);
  }
  return states;
}
