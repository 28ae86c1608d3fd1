import type { EcsState, ServiceDeploymentRecord, ServiceRecord } from "../../infra/local/aws/ecs/model/state.js";
import type { JsonObject } from "../../infra/local/aws/wire/service.js";
import { versionOf } from "./behaviour.js";
import type { Done } from "./local-aws.js";
import { START } from "./time.js";

/**
 * What is true of the rollout that is the deployer's own.
 *
 * | state | when |
 * |---|---|
 * | `none` | there is no such rollout yet |
 * | `open` | ECS has not ended it |
 * | `settling` | its service deployment is SUCCESSFUL, but not all tasks are its own, or the service is not set to it for good |
 * | `deployed` | that too: it is the service's completed deployment, and as many tasks as wanted run, all its own |
 * | `nothing-ran` | the same with a desired count of 0 |
 * | `rolled-back` | ECS went back to what ran before, and has arrived there |
 * | `failed` | it was ended for its failures, and nobody went back, or the way back failed too |
 * | `superseded` | another deployment took its place, before its end or after |
 * | `stopped` | a person stopped it, or deleted the service |
 * | `going-back` | the deployer has begun another rollout, to take it back |
 * | `taken-back` | that one is deployed |
 * | `not-taken-back` | that one ended otherwise |
 */
export type State =
  | "none"
  | "open"
  | "settling"
  | "deployed"
  | "nothing-ran"
  | "rolled-back"
  | "failed"
  | "superseded"
  | "stopped"
  | "going-back"
  | "taken-back"
  | "not-taken-back";

/** From when on something is true of it, and from when on the API can show it: milliseconds since the world's beginning. */
export interface Moment {
  at: number;
  visibleAt: number;
  state: State;
}

/** The truth of a run: told by ECS's own state and by what was done to it, with nothing of the deployer's judgement in it. */
export interface Truth {
  /** The revisions that the deployer registered, oldest first. */
  registered: string[];
  /** Those that bring its release: usually one of them. */
  own: string[];
  /** ARN of the deployer's own rollout: the earliest service deployment of the revision that it deployed last. */
  rollout?: string;
  /** All that was true of that rollout, in order. The first is at the deployer's start. */
  moments: [Moment, ...Moment[]];
  /** Who asked to stop the rollout, where somebody did. */
  stoppedBy?: "deployer" | "somebody";
  /** The deployer's calls of UpdateService that AWS carried out: to which revision, and whether a deployment began by it. */
  updates: { at: number; taskDefinition: string; began: boolean }[];
  /** What the deployer did that nobody may: in words. */
  harm: string[];
}

export interface History {
  truth: Truth;
  /** To be called after every change of ECS's state. */
  note(): void;
  /** To be called when AWS has carried out a call of the deployer. */
  noteCall(call: Done): void;
  noteStop(by: "deployer" | "somebody"): void;
}

/**
 * @param release The version that the deployer brings.
 * @param listLag How long AWS does not list a new service deployment.
 */
export function keepHistory(state: EcsState, now: () => number, release: string, listLag: number): History {
  const since = (time: number) => time - START;
  const first: Moment = { at: since(now()), visibleAt: since(now()), state: "none" };
  const truth: Truth = { registered: [], own: [], moments: [first], updates: [], harm: [] };
  let deployments = Object.keys(state.serviceDeployments).length;
  // What runs the release already is the deployer's own as long as it registers nothing.
  const service = () => Object.values(state.services)[0];
  const current = service()?.taskDefinition ?? "";
  if (versionOf(state.taskDefinitions[current]?.document ?? { containerDefinitions: [] }) === release) {
    truth.own = [current];
    const arn = service()?.serviceDeployments.findLast((one) => taskDefinitionOf(state, one) === current);
    if (arn !== undefined) truth.rollout = arn;
  }

  const isBack = (taskDefinition: string) =>
    truth.registered.includes(taskDefinition) && !truth.own.includes(taskDefinition);

  function note() {
    const there = service();
    noteRollout(there?.serviceDeployments ?? []);
    const back = there?.serviceDeployments.find((one) => isBack(taskDefinitionOf(state, one) ?? ""));
    const record = state.serviceDeployments[back ?? truth.rollout ?? ""];
    const own = record ? stateOf(state, there, record) : "none";
    const is = back === undefined ? own : backIs(own);
    if (is === truth.moments.at(-1)?.state) return;
    const visibleAt = since(Math.max(now(), (record?.createdAt ?? 0) + listLag));
    truth.moments.push({ at: since(now()), visibleAt, state: is });
  }

  /** Of a revision the earliest counts, of several attempts the last one. */
  function noteRollout(arns: readonly string[]) {
    const revisions = arns.map((arn) => taskDefinitionOf(state, arn) ?? "");
    const latest = revisions.findLast((revision) => truth.own.includes(revision));
    const arn = latest === undefined ? undefined : arns[revisions.indexOf(latest)];
    // What ran before the deployer was started is its own by the latest that brought it.
    if (arn !== undefined && latest !== current) truth.rollout = arn;
  }

  function noteCall({ operation, input, output }: Done) {
    if (operation === "RegisterTaskDefinition") {
      const document = output.taskDefinition as JsonObject;
      const arn = String(document.taskDefinitionArn);
      if (truth.registered.length === 0) {
        truth.own = [];
        delete truth.rollout;
      }
      truth.registered.push(arn);
      if (versionOf(document) === release) truth.own.push(arn);
    }
    if (operation === "UpdateService") {
      const count = Object.keys(state.serviceDeployments).length;
      truth.updates.push({
        at: since(now()),
        taskDefinition: String(input.taskDefinition ?? ""),
        began: count > deployments,
      });
      deployments = count;
    }
    if (operation === "DeregisterTaskDefinition") {
      const arn = String((output.taskDefinition as JsonObject).taskDefinitionArn);
      if (isInUse(state, arn)) truth.harm.push(`deregistered ${arn}, which is in use`);
    }
    if (operation === "StopServiceDeployment") noteStop("deployer");
    note();
  }

  function noteStop(by: "deployer" | "somebody") {
    truth.stoppedBy ??= by;
  }

  note();
  return { truth, note, noteCall, noteStop };
}

function stateOf(state: EcsState, service: ServiceRecord | undefined, record: ServiceDeploymentRecord): State {
  switch (record.status) {
    case "SUCCESSFUL":
      return stateOfSuccessful(state, service, record);
    case "ROLLBACK_SUCCESSFUL":
      return "rolled-back";
    case "ROLLBACK_FAILED":
      return "failed";
    case "STOPPED":
      if (wasReplaced(state, record)) return "superseded";
      return record.breaker.status === "TRIGGERED" ? "failed" : "stopped";
    default:
      return "open";
  }
}

function stateOfSuccessful(
  state: EcsState,
  service: ServiceRecord | undefined,
  record: ServiceDeploymentRecord,
): State {
  if (service?.status !== "ACTIVE") return "stopped";
  const [primary] = service.deployments;
  // Somebody who has deployed the same revision again has changed nothing of what runs.
  const own = state.serviceRevisions[record.targetRevision]?.taskDefinition;
  if (!primary || primary.taskDefinition !== own) return "superseded";
  if (primary.rolloutState !== "COMPLETED") return "settling";
  const running = Object.values(state.tasks).filter(
    (task) => task.serviceArn === service.arn && task.lastStatus === "RUNNING",
  );
  if (running.length < service.desiredCount) return "settling";
  if (running.some((task) => task.taskDefinition !== primary.taskDefinition)) return "settling";
  return service.desiredCount === 0 ? "nothing-ran" : "deployed";
}

/** What the rollout that takes it back has come to. */
function backIs(state: State): State {
  if (["none", "open", "settling"].includes(state)) return "going-back";
  return state === "deployed" || state === "nothing-ran" ? "taken-back" : "not-taken-back";
}

function isInUse(state: EcsState, taskDefinition: string): boolean {
  return (
    Object.values(state.tasks).some(
      (task) => task.taskDefinition === taskDefinition && task.lastStatus !== "STOPPED",
    ) ||
    Object.values(state.services).some(
      (service) =>
        service.taskDefinition === taskDefinition ||
        service.lastCompleted?.taskDefinition === taskDefinition ||
        service.deployments.some((one) => one.taskDefinition === taskDefinition),
    )
  );
}

/** Another one of the service began at the very moment at which it ended. */
function wasReplaced(state: EcsState, { arn, serviceArn, finishedAt }: ServiceDeploymentRecord): boolean {
  return Object.values(state.serviceDeployments).some(
    (other) => other.arn !== arn && other.serviceArn === serviceArn && other.createdAt === finishedAt,
  );
}

function taskDefinitionOf(state: EcsState, serviceDeployment: string): string | undefined {
  const record = state.serviceDeployments[serviceDeployment];
  return record && state.serviceRevisions[record.targetRevision]?.taskDefinition;
}
