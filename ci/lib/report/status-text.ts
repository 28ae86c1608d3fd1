import { nameIn } from "../common/aws-names.js";
import { neutral } from "../common/foreign-text.js";
import type { ConsoleLinks } from "../ecs/console-links.js";
import type { DeploymentView, ServiceDeploymentView } from "../ecs/snapshot.js";
import { strategyText } from "../rollout/plan/strategy.js";
import type { ServiceStatus } from "../rollout/status.js";
import { zonedTime } from "./local-time.js";

/** Choices of how a status is shown. */
export interface StatusView {
  /** Times of events are shown in this time zone too. */
  timeZone?: string | undefined;
  links?: ConsoleLinks | undefined;
}

/** Formats the current state of the service for people. */
export function formatStatus(status: ServiceStatus, { timeZone, links }: StatusView = {}): string {
  const lines: [string, string][] = [
    ["service", `${status.service} in ${status.cluster}`],
    ["version", `${status.version ?? "none"}${status.versionFrom ? " (the image's tag)" : ""}`],
    ["digest", status.digest ?? `not by digest: ${status.image}`],
    ["revision", nameIn(status.taskDefinition)],
    ["tasks", `${status.runningCount} of ${status.desiredCount} running, ${status.pendingCount} pending`],
    ...(status.strategy ? [["strategy", strategyText(status.strategy)] satisfies [string, string]] : []),
    ...(status.inFlight ? inFlightLines(status.inFlight) : []),
    ...(status.failed ? failedLines(status.failed) : []),
    ...status.deployments.map((one): [string, string] => ["deployment", describe(one)]),
    ...status.events.map(({ at, message }): [string, string] => ["event", `${timeOf(at, timeZone)} ${message}`]),
    ...(links ? [["console", links.service] satisfies [string, string]] : []),
  ];
  return `${lines.map(([name, value]) => `${name.padEnd(12)}${neutral(value)}`).join("\n")}\n`;
}

function inFlightLines(one: ServiceDeploymentView): [string, string][] {
  const waits = one.waitingHooks.length > 0;
  return [
    ["rollout", inFlightText(one)],
    ...(waits ? [["next", "`continue` lets it go on, and `abort` rolls it back."] satisfies [string, string]] : []),
  ];
}

function failedLines({ deployment, ending }: NonNullable<ServiceStatus["failed"]>): [string, string][] {
  const id = nameIn(deployment.arn);
  return [
    ["last deploy", `${ending}: ${id}${deployment.statusReason ? `, ${deployment.statusReason}` : ""}`],
    ["next", `\`history\` shows its cause and fix, and \`report --deployment ${id} -o report\` its tasks and logs.`],
  ];
}

function timeOf(at: number, timeZone: string | undefined): string {
  const utc = new Date(at).toISOString();
  return timeZone === undefined ? utc : `${utc} (${zonedTime(at, timeZone)} ${timeZone})`;
}

/** Formats stage, weights and hooks of a service deployment, such as `IN_PROGRESS, BAKE_TIME, production 100 %, test 100 %`. */
export function inFlightText(one: ServiceDeploymentView): string {
  const { status, lifecycleStage, productionWeight, testWeight, waitingHooks, runningHooks } = one;
  const hooks = [...waitingHooks.map(({ hookId }) => hookId), ...runningHooks];
  return [
    status,
    ...(lifecycleStage === undefined ? [] : [lifecycleStage]),
    ...(productionWeight === undefined ? [] : [`production ${productionWeight} %`]),
    ...(testWeight === undefined ? [] : [`test ${testWeight} %`]),
    ...(hooks.length > 0 ? [`waits for ${hooks.join(", ")}`] : []),
  ].join(", ");
}

function describe(one: DeploymentView): string {
  const revision = nameIn(one.taskDefinition);
  const failed = one.failedTasks > 0 ? `, ${one.failedTasks} failed` : "";
  const counts = `${one.runningCount} of ${one.desiredCount} running${failed}`;
  return `${one.id} ${one.status} ${one.rolloutState ?? ""} ${revision}: ${counts}`;
}
