/** Findings of the preflight that are never checked against the local AWS, which has no IAM. */
const neverChecked = ["roles"];

/** Returns a line of a function's log without the number and the time that the engine's command line puts before it. */
export function withoutPrefix(line: string): string {
  return line.replace(/^\d+ *: (?:┆ )*\[[\dhms.]+\] \| /, "");
}

/**
 * Requires that a deploy checked everything that the local AWS can answer.
 *
 * @param progress The lines that the deploy wrote while it ran.
 * @throws {Error} Something else is among what was not checked, or the deploy did not report what it could not check.
 */
export function requireChecked(name: string, progress: readonly string[]): void {
  const lists = progress.flatMap((line) => /Pre-?flight: not checked: ([\w, -]+?)(?: \(|\.|$)/i.exec(line)?.[1] ?? []);
  const found = [...new Set(lists.flatMap((list) => list.split(/, */)))].sort();
  if (found.join() === neverChecked.join()) return;
  throw new Error(
    `${name}: the preflight reports as not checked: ${found.join(", ") || "nothing"}. ` +
      `Against the local AWS that must be ${neverChecked.join(", ")} alone. See the deploy's lines above.`,
  );
}

/** Requires that a deploy requested the version from the public URL. @param report What the function returned. @throws {Error} It did not. */
export function requireServedCheck(name: string, report: string): void {
  if (!/^HTTP +\S/m.test(report) || /^HTTP +not checked/m.test(report))
    throw new Error(
      `${name}: the version was not requested from the public URL. See the line "HTTP" of its report above.`,
    );
}
