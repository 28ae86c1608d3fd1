import { InputError } from "../../common/errors.js";
import { neutral } from "../../common/foreign-text.js";
import { choices } from "../../common/name-suggestions.js";
import type { Finding } from "./finding.js";
import { type FindingId, findingIds, judgeTopics, type PreflightFacts } from "./topics.js";

/** A finding, and whether the user ignores it. */
export interface JudgedFinding extends Finding<FindingId> {
  ignored: boolean;
}

const order = { error: 0, warning: 1, "not-checked": 2 };

/** Returns all findings about a deploy, the worst first. Pure. */
export function judgeFindings(facts: PreflightFacts, ignored: readonly FindingId[]): JudgedFinding[] {
  return judgeTopics(facts)
    .map((finding) => ({ ...finding, ignored: ignored.includes(finding.id) }))
    .sort((a, b) => order[a.level] - order[b.level]);
}

/** Returns whether a finding stops the deploy. */
export function isBlocking({ level, ignored }: JudgedFinding): boolean {
  return level === "error" && !ignored;
}

/** Refusal for findings of the preflight check. */
export class PreflightError extends InputError {
  constructor(
    message: string,
    /** Ids of the findings, the worst first. */
    readonly findings: readonly FindingId[],
  ) {
    super("pre-flight", message);
  }
}

/** @throws PreflightError with every error among the findings that is not ignored, and its fix. */
export function refuseBlocking(findings: readonly JudgedFinding[]): void {
  const blocking = findings.filter(isBlocking);
  if (blocking.length === 0) return;
  const lines = blocking.map(({ id, what, fix }) => `  ${id}: ${neutral(what)}\n    Fix: ${neutral(fix)}`);
  throw new PreflightError(
    `Preflight failed; the service was not changed:\n${lines.join("\n")}\nTo ignore a finding: --ignore ${blocking[0]?.id}.`,
    blocking.map(({ id }) => id),
  );
}

/** @throws InputError for a name that is no finding's id. */
export function parseIgnored(names: readonly string[]): FindingId[] {
  return names.map((name) => {
    const id = findingIds.find((one) => one === name);
    if (id) return id;
    const { suggestion } = choices(name, findingIds);
    throw new InputError(
      "bad-ignore",
      `${JSON.stringify(name)} is no finding's id. ${suggestion}Accepted: ${findingIds.join(", ")}.`,
    );
  });
}
