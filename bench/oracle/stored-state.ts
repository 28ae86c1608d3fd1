import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { containersOf, type EcsState, type ServiceDeploymentRecord } from "../../infra/local/aws/index.js";
import type { RolloutState } from "./rollout-state.js";

/** What became of a release, as the local ECS itself knows it. */
export interface StoredOutcome {
  /** As in virtual time; what lies between SUCCESSFUL and the last old task's end is `settling`. */
  state: RolloutState;
  /** When nothing of it changed any more, in milliseconds since the epoch; absent for what did not begin or did not end. */
  at?: number;
  /** How often ECS was made to roll the image out. */
  rollouts: number;
  /** Whether the service has left the release again, after it was rolled out. */
  returned: boolean;
  /** Whether the service names a revision at the end that somebody has deregistered. */
  deregistered: boolean;
}

/** Reads what the local ECS keeps on disk until the truth can no longer change, for at most `limit` milliseconds. */
export async function readStoredOutcome(stateDir: string, image: string, limit: number): Promise<StoredOutcome> {
  const end = performance.now() + limit;
  for (;;) {
    // It is written some 50 ms after each change.
    await delay(150);
    const state = JSON.parse(await readFile(join(stateDir, "local-aws", "ecs.json"), "utf8")) as EcsState;
    const truth = storedOutcomeOf(state, image);
    if (truth.at !== undefined || truth.state === "none" || performance.now() >= end) return truth;
  }
}

/** What became of an image on the one service of ECS's state. Pure. */
export function storedOutcomeOf(ecs: EcsState, image: string): StoredOutcome {
  const [service] = Object.values(ecs.services);
  const current = ecs.taskDefinitions[service?.taskDefinition ?? ""];
  const deployments = Object.values(ecs.serviceDeployments).filter((each) => brings(ecs, each, image));
  const deregistered = current?.status === "INACTIVE";
  const [ours] = deployments.sort((a, b) => a.createdAt - b.createdAt);
  if (service === undefined || ours === undefined) return { state: "none", rollouts: 0, returned: false, deregistered };
  const ended = stateOf(ours, service.desiredCount);
  const at = endOf(ecs, ours, ended);
  const state = ended === "deployed" && at === undefined ? "settling" : ended;
  const returned = !containersOf(current?.document ?? {}).some((each) => each.image === image);
  return { state, rollouts: deployments.length, returned, deregistered, ...(at !== undefined && { at }) };
}

function brings(ecs: EcsState, deployment: ServiceDeploymentRecord, image: string): boolean {
  const revision = ecs.serviceRevisions[deployment.targetRevision];
  return revision?.containerImages.some((each) => each.image === image) ?? false;
}

function stateOf(
  { status, statusReason = "", breaker, hooks = [] }: ServiceDeploymentRecord,
  desiredCount: number,
): RolloutState {
  switch (status) {
    case "SUCCESSFUL":
      return desiredCount > 0 ? "deployed" : "nothing-ran";
    case "ROLLBACK_SUCCESSFUL":
      return "rolled-back";
    case "ROLLBACK_FAILED":
      return "failed";
    case "STOPPED":
      if (statusReason.startsWith("Replaced")) return "superseded";
      return breaker.status === "TRIGGERED" ? "failed" : "stopped";
    default:
      return hooks.some((hook) => hook.status === "AWAITING_ACTION") ? "paused" : "open";
  }
}

/** A deployment that succeeded ends with the last old task: until then both versions answer. */
function endOf(ecs: EcsState, ours: ServiceDeploymentRecord, state: RolloutState): number | undefined {
  if (ours.finishedAt === undefined) return undefined;
  if (state !== "deployed") return ours.finishedAt;
  const before = Object.values(ecs.tasks).filter((task) => task.createdAt < ours.createdAt);
  if (before.some((task) => task.lastStatus !== "STOPPED")) return undefined;
  return Math.max(ours.finishedAt, ...before.map((task) => task.stoppedAt ?? 0));
}
