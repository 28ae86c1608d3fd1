/** Returns a line of a function's log without the number and time that Dagger's CLI prefixes. */
export function withoutPrefix(line: string): string {
  return line.replace(/^\d+ *: (?:┆ )*\[[\dhms.]+\] \| /, "");
}

/**
 * Requires that the preflight ran every check: the local AWS answers all of its reads.
 *
 * @param plan Output of `plan --as-json`.
 * @throws {Error} A check did not run, or the text is not a plan.
 */
export function requireChecked(plan: string): void {
  const { findings } = JSON.parse(plan) as { findings?: { id: string; level: string; what: string }[] };
  if (!Array.isArray(findings)) throw new Error(`"plan --as-json" returned no list of findings: ${plan.slice(0, 200)}`);
  const unchecked = findings.filter(({ level }) => level === "not-checked");
  if (unchecked.length === 0) return;
  const reasons = unchecked.map(({ id, what }) => `${id} (${what})`).join("; ");
  throw new Error(
    `The preflight did not check ${reasons}. The local AWS answers all of its reads, so every check must run.`,
  );
}

/** Requires that a deploy requested the version from the public URL. @param report Output of the function. @throws {Error} It did not. */
export function requireServedCheck(name: string, report: string): void {
  if (!/^HTTP +\S/m.test(report) || /^HTTP +not checked/m.test(report))
    throw new Error(
      `${name}: the version was not requested from the public URL. See the line "HTTP" of its report above.`,
    );
}
