import { nameIn } from "../common/aws-names.js";
import { neutral } from "../common/foreign-text.js";
import type { Proposal } from "../rollout/plan/proposal.js";
import { type StrategyChange, strategyText } from "../rollout/plan/strategy.js";
import type { JudgedFinding } from "../rollout/preflight/preflight.js";

/**
 * Formats a plan for people: the changes, the preflight findings, and the command that applies it.
 * @param image Address of the image, where it is not a published version.
 */
export function formatPlan(plan: Proposal, image?: string): string {
  return [
    neutral(headline(plan)),
    "",
    ...facts(plan).map(([name, value]) => `${name.padEnd(12)}${neutral(value)}`),
    "",
    ...changeLines(plan),
    "",
    ...findingLines(plan.findings),
    "",
    `Next: ${neutral(nextStep(plan, image))}`,
    "",
  ].join("\n");
}

function headline({ release, isNothing, isRefused, forced }: Proposal): string {
  const { version } = release;
  if (isNothing) return `PLAN: ${version} already runs as requested: a deploy would change nothing.`;
  if (isRefused) return `PLAN: a deploy of ${version} would be refused.`;
  if (forced) return `PLAN: a deploy of ${version} would replace the tasks and change nothing else.`;
  return `PLAN: a deploy of ${version} would make the changes below.`;
}

function facts({ hash, where, release, from, image, platforms }: Proposal): [string, string][] {
  return [
    ["plan", hash],
    ["service", `${where.service} in ${where.cluster}, ${where.region}, account ${where.account}`],
    ["from", `${from.version ?? "no version"} (${nameIn(from.taskDefinition)})`],
    ["to", `${release.version} (the next revision)`],
    ["digest", release.digest],
    ["platform", "value" in platforms ? platforms.value.join(", ") : `not known: ${platforms.unknown}`],
    ["image", "value" in image ? imageText(image.value) : `not known: ${image.unknown}`],
  ];
}

function imageText(image: { tags: string[]; size?: number; pushedAt?: number } | undefined): string {
  if (!image) return "not in ECR";
  const parts = [
    image.tags.length > 0 ? `tagged ${image.tags.join(", ")}` : "without a tag",
    ...(image.size === undefined ? [] : [`${(image.size / 1_000_000).toFixed(1)} MB`]),
    ...(image.pushedAt === undefined ? [] : [`pushed ${new Date(image.pushedAt).toISOString()}`]),
  ];
  return parts.join(", ");
}

function changeLines({ changes, patch, service, forced, oneOffs = [] }: Proposal): string[] {
  const { desiredCount, strategy } = service;
  const lines = [
    ...changes.map(({ what, from, to }) => `${what}: ${from === undefined ? "" : `${from} → `}${to}`),
    ...patch.map(({ op, path }) => `JSON Patch: ${op} ${path}`),
    ...(desiredCount ? [`desired count of the service: ${desiredCount.from} → ${desiredCount.to}`] : []),
    ...(strategy ? [strategyLine(strategy)] : []),
    ...(forced ? ["a copy of the task definition, because of --force"] : []),
    ...oneOffs.map(
      ({ when, command, timeoutSeconds }) =>
        `a task ${when} the deploy: ${JSON.stringify(command)}, at most ${timeoutSeconds} s`,
    ),
  ];
  return ["Changes:", ...(lines.length > 0 ? lines.map((line) => `  ${neutral(line, 4_000)}`) : ["  none"])];
}

function strategyLine({ from, to, once }: StrategyChange): string {
  const then = once ? ", restored after the rollout" : "";
  return `strategy of the service: ${strategyText(from)} → ${strategyText(to)}${then}`;
}

function findingLines(findings: readonly JudgedFinding[]): string[] {
  if (findings.length === 0) return ["Preflight: no findings."];
  return ["Preflight:", ...findings.flatMap(findingText)];
}

function findingText({ id, level, what, fix, ignored }: JudgedFinding): string[] {
  return [`  ${ignored ? "ignored" : level} ${id}: ${neutral(what)}`, `    Fix: ${neutral(fix)}`];
}

function nextStep({ hash, release, isNothing, isRefused }: Proposal, image: string | undefined): string {
  if (isNothing) return "nothing. To replace the tasks all the same: --force.";
  if (isRefused) return "fix the errors, or pass --ignore with the finding's name.";
  const source = image === undefined ? "--published" : `--from ${image}`;
  return `deploy --version ${release.version} ${source} --plan ${hash}, with the same options: it is refused if anything has changed since.`;
}
