import type { JsonObject } from "../aws/raw-task-definition.js";
import { nameIn } from "../common/aws-names.js";
import { neutral } from "../common/foreign-text.js";
import { containersOf, objects } from "../ecs/containers.js";
import { secretReferences } from "../rollout/preflight/secret-references.js";
import { findingLines, needsOf, type Situation } from "./missing-parts.js";

/** Everything that `init` read and wrote. */
export interface Report extends Situation {
  taskDefinition: JsonObject;
  /** Paths of the files that are in the directory, and of those that exist already. */
  written: readonly string[];
  left: readonly string[];
}

/** A title and its lines. */
export interface Section {
  title: string;
  lines: readonly string[];
}

/** Formats what was found, what is written and what a deploy still needs. Pure. */
export function sectionsOf(report: Report): Section[] {
  const { written, left, invocation, paths } = report;
  const needs = needsOf(report);
  const unchecked = report.findings.filter(({ level }) => level === "not-checked");
  // The most important last: a terminal shows the end of a log only.
  return [
    { title: foundTitle(report), lines: foundLines(report) },
    { title: "Written", lines: written },
    { title: "Left as they are, because they exist", lines: left },
    { title: "Not checked", lines: findingLines(unchecked) },
    {
      title: "For GitHub",
      lines: [
        `Create a role that trusts the repository's environment, and give it ${paths.policy}: see docs/existing-service.md of Slipway. Set the repository's variable DEPLOY_ROLE_ARN to its ARN.`,
      ],
    },
    { title: "A deploy still needs", lines: needs },
    {
      title: "Next",
      lines: [
        ...(needs.length > 0 && written.includes(paths.report) ? [`Read ${paths.report}.`] : []),
        `${invocation.command} status`,
        `${invocation.command} deploy`,
      ],
    },
  ].filter(({ lines }) => lines.length > 0);
}

function foundTitle({ draft: { file } }: Report): string {
  return `Service ${file.service} in cluster ${file.cluster}, ${file.region}, account ${file.account}`;
}

function foundLines({ draft: { target }, service, address, taskDefinition }: Report): string[] {
  const released: string[] = containersOf(target);
  const all = objects(taskDefinition.containerDefinitions).map(({ name }) => String(name));
  const others = all.filter((name) => !released.includes(name));
  const secrets = secretReferences(taskDefinition, target).map(({ taker }) => taker);
  const breaker = service.deploymentConfiguration?.deploymentCircuitBreaker;
  return [
    `task definition: ${nameIn(String(taskDefinition.taskDefinitionArn))}, ${target.platform}`,
    `containers: a deploy changes ${released.join(", ")}${others.length > 0 ? `; it leaves ${others.join(", ")}` : ""}`,
    `repository: ${target.repository}`,
    `desired count: ${service.desiredCount ?? 0}`,
    `url: ${"url" in address ? `${address.url}, from ${address.from}` : "none"}`,
    `circuit breaker: ${breaker?.enable ? (breaker.rollback ? "on, rolls back" : "on, does not roll back") : "off"}`,
    ...(secrets.length > 0 ? [`secrets: ${secrets.join(", ")}`] : []),
    ...(service.enableExecuteCommand ? ["execute-command: on; a deploy keeps it"] : []),
  ];
}

/** As log lines: each section's title, and its lines below it. */
export function logLines(sections: readonly Section[]): string[] {
  return sections.flatMap(({ title, lines }) => [`${title}:`, ...lines.map((line) => `- ${line}`)]);
}

/** As a file beside the target. Tags and file names are what others write: no line of theirs becomes a heading. */
export function markdown(sections: readonly Section[]): string {
  const blocks = sections.map(({ title, lines }) => {
    const items = lines.map((line) => `- ${neutral(line, 4_000)}`);
    return `## ${neutral(title, 4_000)}\n\n${items.join("\n")}`;
  });
  return `${blocks.join("\n\n")}\n`;
}
