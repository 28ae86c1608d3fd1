import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { containersOf, type EcsState, type ServiceDeploymentRecord } from "../../infra/local/aws/index.js";
import { type RolloutState, rolloutStateOf } from "./rollout-state.js";

/** Outcome of a release, from the local ECS's state. */
export interface StoredOutcome {
  /** State as in virtual time; between SUCCESSFUL and the last old task's end it is `settling`. */
  state: RolloutState;
  /** Time of its last change, in milliseconds since the epoch; absent for a rollout that did not begin or did not end. */
  at?: number;
  /** Number of rollouts of the image. */
  rollouts: number;
  /** True when the service was moved to another image after the rollout. */
  returned: boolean;
  /** True when the service ends on a deregistered revision. */
  deregistered: boolean;
}

/** Reads the state that the local ECS keeps on disk until it is final, for at most `limit` milliseconds. */
export async function readStoredOutcome(stateDir: string, image: string, limit: number): Promise<StoredOutcome> {
  const end = performance.now() + limit;
  for (;;) {
    // ECS writes the state some 50 ms after each change.
    await delay(150);
    const state = await readState(stateDir);
    const truth = storedOutcomeOf(state, image);
    if (truth.at !== undefined || truth.state === "none" || performance.now() >= end) return truth;
  }
}

export async function readState(stateDir: string): Promise<EcsState> {
  return JSON.parse(await readFile(join(stateDir, "local-aws", "ecs.json"), "utf8")) as EcsState;
}

/** Returns the newest deployment of ECS's only service, with the ids of its hooks that wait. Pure. */
export function newestDeploymentOf({ services, serviceDeployments }: EcsState): { arn: string; waiting: string[] } {
  const arn = Object.values(services)[0]?.serviceDeployments.at(-1) ?? "";
  const hooks = serviceDeployments[arn]?.hooks ?? [];
  return { arn, waiting: hooks.filter(({ status }) => status === "AWAITING_ACTION").map(({ id }) => id) };
}

/** Derives the outcome of an image on the only service of ECS's state. Pure. */
function storedOutcomeOf(ecs: EcsState, image: string): StoredOutcome {
  const [service] = Object.values(ecs.services);
  const current = ecs.taskDefinitions[service?.taskDefinition ?? ""];
  const deployments = Object.values(ecs.serviceDeployments).filter((each) => brings(ecs, each, image));
  const deregistered = current?.status === "INACTIVE";
  const [ours] = deployments.sort((a, b) => a.createdAt - b.createdAt);
  if (service === undefined || ours === undefined) return { state: "none", rollouts: 0, returned: false, deregistered };
  const ended = rolloutStateOf(ecs, service, ours);
  const at = endOf(ecs, ours, ended);
  const state = ended === "deployed" && at === undefined ? "settling" : ended;
  const returned = !containersOf(current?.document ?? {}).some((each) => each.image === image);
  return { state, rollouts: deployments.length, returned, deregistered, ...(at !== undefined && { at }) };
}

function brings(ecs: EcsState, deployment: ServiceDeploymentRecord, image: string): boolean {
  const revision = ecs.serviceRevisions[deployment.targetRevision];
  return revision?.containerImages.some((each) => each.image === image) ?? false;
}

/** A deployment that succeeded ends with the last old task: until then both versions respond. */
function endOf(ecs: EcsState, ours: ServiceDeploymentRecord, state: RolloutState): number | undefined {
  if (ours.finishedAt === undefined || state === "settling" || state === "early") return undefined;
  if (state !== "deployed") return ours.finishedAt;
  const before = Object.values(ecs.tasks).filter((task) => task.createdAt < ours.createdAt);
  if (before.some((task) => task.lastStatus !== "STOPPED")) return undefined;
  return Math.max(ours.finishedAt, ...before.map((task) => task.stoppedAt ?? 0));
}
