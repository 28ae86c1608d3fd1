/** One option of a command line, as `parseArgs` returns it among its tokens. */
interface Token {
  kind: string;
  name?: string;
}

/** Returns the names of the options that were passed, without those that only have a default. */
export function givenIn(tokens: readonly Token[]): ReadonlySet<string> {
  return new Set(tokens.flatMap(({ kind, name }) => (kind === "option" && name !== undefined ? [name] : [])));
}

/**
 * Refuses options that would have no effect.
 * @param when Condition under which they have no effect, such as `without --kill`.
 * @throws Error that names them.
 */
export function refuseIdle(given: ReadonlySet<string>, idle: readonly string[], when: string): void {
  const found = idle.filter((name) => given.has(name)).map((name) => `--${name}`);
  if (found.length > 0)
    throw new Error(`${found.join(" and ")} ${found.length > 1 ? "have" : "has"} no effect ${when}.`);
}
