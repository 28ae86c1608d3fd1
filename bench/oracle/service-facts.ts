import { type EcsState, type JsonObject, objects } from "../../infra/local/aws/index.js";
import { versionOf } from "../scenario/task-scripts.js";
import type { CompletedCall } from "../virtual/virtual-aws.js";

/** Facts about the service from a time on, in milliseconds since the start of the simulation. */
export interface ServiceFacts {
  at: number;
  /** True while a deployment is in progress or the service has not settled on one. */
  busy: boolean;
  /** Version of the last deployment that was not rolled back; undefined when none exists. */
  good?: string;
  /** Last good version other than the one the service is set to: the target of a rollback. */
  goal?: string;
}

/** Facts about the service during a deploy, from ECS's own state: refusals, rollbacks and deploy tasks are checked against them. */
export interface ServiceRecord {
  times: [ServiceFacts, ...ServiceFacts[]];
  /** ARNs of the tasks that the deployer has started itself, by their `startedBy`. */
  deployTasks: Record<string, string[]>;
}

export interface ServiceOracle {
  record: ServiceRecord;
  note(): void;
  noteCall(call: CompletedCall): void;
}

/** Revision with a completed deployment. */
interface Good {
  taskDefinition: string;
  version: string;
}

/** @param since Milliseconds since the start of the simulation, now. */
export function createServiceOracle(state: EcsState, since: () => number): ServiceOracle {
  const serviceRecord: ServiceRecord = { times: [now()], deployTasks: {} };

  function now(): ServiceFacts {
    const service = Object.values(state.services)[0];
    const deployments = (service?.serviceDeployments ?? []).flatMap((arn) => state.serviceDeployments[arn] ?? []);
    const revisionOf = (arn: string) => state.serviceRevisions[arn]?.taskDefinition ?? "";
    const versionIn = (taskDefinition: string) => versionOf(state.taskDefinitions[taskDefinition]?.document ?? {});
    const current = versionIn(service?.taskDefinition ?? "");
    let good: Good[] = [];
    for (const { status, targetRevision } of deployments) {
      const taskDefinition = revisionOf(targetRevision);
      const leaves = leavesBehind(state, taskDefinition, status === "SUCCESSFUL");
      good = good.filter((one) => one.taskDefinition !== leaves);
      if (status === "SUCCESSFUL") good.push({ taskDefinition, version: versionIn(taskDefinition) });
    }
    const isOver = deployments.every(({ status }) => ended.has(status));
    const top = good.at(-1)?.version;
    const isSettled = isOver && service?.deployments[0]?.rolloutState !== "IN_PROGRESS";
    const latest = revisionOf(deployments.at(-1)?.targetRevision ?? "");
    const goal =
      !isSettled && isGoingBackTo(state, service?.taskDefinition ?? "", latest)
        ? current
        : good.findLast(({ version }) => version !== current)?.version;
    return {
      at: since(),
      busy: !isSettled,
      ...(top !== undefined && { good: top }),
      ...(goal !== undefined && { goal }),
    };
  }

  let known = "";
  /** All inputs; the facts are derived again only when one of them changes. */
  const signature = () => {
    const service = Object.values(state.services)[0];
    const statuses = (service?.serviceDeployments ?? []).map((arn) => state.serviceDeployments[arn]?.status);
    return `${service?.taskDefinition} ${service?.deployments[0]?.rolloutState} ${statuses}`;
  };

  function note() {
    const signed = signature();
    if (signed === known) return;
    known = signed;
    const { at, ...is } = now();
    const { at: _, ...was } = serviceRecord.times.at(-1) as ServiceFacts;
    if (JSON.stringify(is) !== JSON.stringify(was)) serviceRecord.times.push({ at, ...is });
  }

  function noteCall({ operation, output }: CompletedCall) {
    if (operation !== "RunTask") return;
    for (const { taskArn, startedBy } of objects((output as JsonObject).tasks)) {
      serviceRecord.deployTasks[String(startedBy)] ??= [];
      const known = serviceRecord.deployTasks[String(startedBy)] as string[];
      if (!known.includes(String(taskArn))) known.push(String(taskArn));
    }
  }

  return { record: serviceRecord, note, noteCall };
}

const ended = new Set(["STOPPED", "SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"]);

/**
 * Returns the revision that a rollback replaces: for the command, once it is deployed; for an automatic rollback at once, as it was proven
 * wrong.
 */
function leavesBehind(state: EcsState, taskDefinition: string, isDeployed: boolean): string | undefined {
  const verb = tagOf(state, taskDefinition, "slipway:verb");
  const isLeft = verb === "undo" || (verb === "rollback" && isDeployed);
  return isLeft ? tagOf(state, taskDefinition, "slipway:base") : undefined;
}

/** Checks for a rollback that the service has not settled on: it keeps its goal, though ECS may call its deployment SUCCESSFUL. */
function isGoingBackTo(state: EcsState, current: string, latest: string): boolean {
  return current === latest && tagOf(state, current, "slipway:verb") === "rollback";
}

function tagOf({ tags }: EcsState, arn: string, key: string): string | undefined {
  return tags[arn]?.find((tag) => tag.key === key)?.value;
}
