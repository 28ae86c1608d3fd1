import type { EcsState } from "../../infra/local/aws/index.js";
import { versionOf } from "../scenario/task-scripts.js";
import type { ServiceFacts } from "./oracle-record.js";
import { revisionOf } from "./rollout-state.js";

/** Revision with a completed deployment. */
interface Good {
  taskDefinition: string;
  version: string;
}

/** Derives the facts about the service from ECS's own state. Pure. */
export function serviceFactsOf(state: EcsState): Omit<ServiceFacts, "at"> {
  const service = Object.values(state.services)[0];
  const deployments = (service?.serviceDeployments ?? []).flatMap((arn) => state.serviceDeployments[arn] ?? []);
  const versionIn = (taskDefinition: string) => versionOf(state.taskDefinitions[taskDefinition]?.document ?? {});
  const current = versionIn(service?.taskDefinition ?? "");
  let good: Good[] = [];
  for (const deployment of deployments) {
    const { status } = deployment;
    const taskDefinition = revisionOf(state, deployment) ?? "";
    const leaves = leavesBehind(state, taskDefinition, status === "SUCCESSFUL");
    good = good.filter((one) => one.taskDefinition !== leaves);
    if (status === "SUCCESSFUL") good.push({ taskDefinition, version: versionIn(taskDefinition) });
  }
  const isOver = deployments.every(({ status }) => ended.has(status));
  const top = good.at(-1)?.version;
  const isSettled = isOver && service?.deployments[0]?.rolloutState !== "IN_PROGRESS";
  const latest = revisionOf(state, deployments.at(-1)) ?? "";
  const goal =
    !isSettled && isGoingBackTo(state, service?.taskDefinition ?? "", latest)
      ? current
      : good.findLast(({ version }) => version !== current)?.version;
  return {
    busy: !isSettled,
    ...(isAstray(state) && { astray: true }),
    ...(top !== undefined && { good: top }),
    ...(goal !== undefined && { goal }),
  };
}

/** Returns a reader of the facts, which derives them again only when one of their inputs has changed. */
export function createFactsReader(state: EcsState): () => Omit<ServiceFacts, "at"> {
  let key: string | undefined;
  let facts: Omit<ServiceFacts, "at">;
  return () => {
    const service = Object.values(state.services)[0];
    const statuses = (service?.serviceDeployments ?? []).map((arn) => state.serviceDeployments[arn]?.status);
    const now = `${service?.taskDefinition} ${service?.deployments[0]?.rolloutState} ${statuses} ${isAstray(state)}`;
    if (now !== key) facts = serviceFactsOf(state);
    key = now;
    return facts;
  };
}

/** Checks for a production rule that does not send all requests to the target group of the present deployment. */
function isAstray({ services, listenerRules }: EcsState): boolean {
  const groups = Object.values(Object.values(services)[0]?.deployments[0]?.servingGroups ?? {});
  return Object.values(listenerRules).some(({ kind, forwards }) => {
    const used = forwards.filter(({ weight }) => weight > 0).map(({ targetGroupArn }) => targetGroupArn);
    return kind === "production" && (used.length !== 1 || !groups.includes(used[0] ?? ""));
  });
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
