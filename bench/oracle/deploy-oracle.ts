import { type EcsState, type JsonObject, objects } from "../../infra/local/aws/index.js";
import { versionOf } from "../scenario/task-scripts.js";
import type { CompletedCall } from "../virtual/virtual-aws.js";
import { START } from "../virtual/virtual-time.js";
import { type RolloutState, rolloutStateOf } from "./rollout-state.js";

/** Start of a fact, and the time from which the API can show it: milliseconds since the start of the simulation. */
export interface Moment {
  at: number;
  visibleAt: number;
  state: RolloutState;
}

/** The truth of a run, derived from ECS's own state and from the changes to it, independent of the deployer's verdict. */
export interface OracleRecord {
  /** The revisions that the deployer registered, oldest first. */
  registered: string[];
  /**
   * Revisions that bring its release: usually one of them. The revision that runs the release already, as long as it brings none of its
   * own.
   */
  own: string[];
  /** ARN of the deployer's own rollout: the earliest service deployment of the revision that it deployed last. */
  rollout?: string;
  /** All states of that rollout, in order. The first is at the deployer's start. */
  moments: [Moment, ...Moment[]];
  /** The same of every revision that brings the release, also those of other users: the deployer may attach to them. */
  ofRevision: Record<string, [Moment, ...Moment[]]>;
  /** The same of the latest service deployment of each revision that was deployed more than once. */
  ofRepetition: Record<string, Moment[]>;
  /** Moments that the other of two deploys recorded, by the revision that it deploys or is attached to. */
  ofOther?: Record<string, Moment[]>;
  /** Principal that stopped the rollout, if any. */
  stoppedBy?: "deployer" | "operator";
  /**
   * The deployer's UpdateService calls that AWS carried out: the revision, whether it is an automatic rollback, and whether a deployment
   * began by it.
   */
  updates: { at: number; taskDefinition: string; isUndo: boolean; began: boolean }[];
  /** Time at which the service was deleted, if it was. */
  deletedAt?: number;
  /** Harmful operations of the deployer, such as a deregistered revision that is in use. */
  harm: string[];
}

export interface DeployOracle {
  record: OracleRecord;
  /** Records the state; called after every change of ECS's state. */
  note(): void;
  /** Records a call; called when AWS has carried out a call of the deployer. */
  noteCall(call: CompletedCall): void;
  noteStop(by: "deployer" | "operator"): void;
}

/**
 * @param release Version that the deployer brings.
 * @param listLag Time for which AWS does not list a new service deployment.
 */
export function createDeployOracle(state: EcsState, now: () => number, release: string, listLag: number): DeployOracle {
  const since = (time: number) => time - START;
  const moment = (is: RolloutState, visibleAt = now()): Moment => ({
    at: since(now()),
    visibleAt: since(visibleAt),
    state: is,
  });
  const truth: OracleRecord = {
    registered: [],
    own: [],
    moments: [moment("none")],
    ofRevision: {},
    ofRepetition: {},
    updates: [],
    harm: [],
  };
  const undos = new Set<string>();
  let deployments = Object.keys(state.serviceDeployments).length;
  let known = deployments;
  /** Service deployments of interest, by the revision that they bring. */
  const first = new Map<string, string>();
  const last = new Map<string, string>();
  const service = () => Object.values(state.services)[0];
  const current = service()?.taskDefinition ?? "";
  if (bringsRelease(current)) {
    truth.own = [current];
    const arn = service()?.serviceDeployments.findLast((one) => taskDefinitionOf(state, one) === current);
    if (arn !== undefined) first.set(current, arn);
    if (arn !== undefined) last.set(current, arn);
  }

  function bringsRelease(revision: string): boolean {
    if (truth.registered.includes(revision)) return !undos.has(revision);
    const document = state.taskDefinitions[revision]?.document;
    return document !== undefined && versionOf(document) === release;
  }

  function note() {
    learnDeployments();
    if (service()?.status !== "ACTIVE") truth.deletedAt ??= since(now());
    for (const [revision, arn] of first) {
      truth.ofRevision[revision] ??= [moment("none")];
      add(truth.ofRevision[revision], ...seen(arn));
    }
    for (const [revision, arn] of last) {
      if (arn === first.get(revision)) continue;
      truth.ofRepetition[revision] ??= [];
      add(truth.ofRepetition[revision], ...seen(arn));
    }
    const latest = [...first.keys()].findLast((revision) => truth.own.includes(revision) || undos.has(revision));
    if (latest === undefined) return;
    const arn = (undos.has(latest) ? last : first).get(latest) ?? "";
    const [is, visibleAt] = seen(arn);
    if (undos.has(latest)) add(truth.moments, backIs(is), visibleAt);
    else {
      truth.rollout = arn;
      add(truth.moments, is, visibleAt);
    }
  }

  /** Of each revision, the earliest service deployment that began during a run of the deployer counts. */
  function learnDeployments() {
    const count = Object.keys(state.serviceDeployments).length;
    if (count === known) return;
    known = count;
    for (const arn of service()?.serviceDeployments ?? []) {
      const revision = taskDefinitionOf(state, arn) ?? "";
      if (!bringsRelease(revision) && !undos.has(revision)) continue;
      if (!first.has(revision)) first.set(revision, arn);
      last.set(revision, arn);
    }
  }

  function seen(arn: string): [RolloutState, number] {
    const record = state.serviceDeployments[arn];
    if (!record) return ["none", now()];
    return [rolloutStateOf(state, service(), record), Math.max(now(), record.createdAt + listLag)];
  }

  function add(moments: Moment[], is: RolloutState, visibleAt: number) {
    if (moments.at(-1)?.state !== is) moments.push(moment(is, visibleAt));
  }

  function noteCall({ operation, input, output }: CompletedCall) {
    if (operation === "RegisterTaskDefinition") noteRegistration(input, output.taskDefinition as JsonObject);
    if (operation === "UpdateService") {
      const count = Object.keys(state.serviceDeployments).length;
      const taskDefinition = String(input.taskDefinition ?? "");
      const isUndo = undos.has(taskDefinition);
      truth.updates.push({ at: since(now()), taskDefinition, isUndo, began: count > deployments });
    }
    deployments = Object.keys(state.serviceDeployments).length;
    if (operation === "DeregisterTaskDefinition") {
      const arn = String((output.taskDefinition as JsonObject).taskDefinitionArn);
      if (isInUse(state, arn)) truth.harm.push(`deregistered ${arn}, which is in use`);
    }
    if (operation === "StopServiceDeployment") noteStop("deployer");
    note();
  }

  function noteRegistration({ tags }: JsonObject, document: JsonObject) {
    const arn = String(document.taskDefinitionArn);
    truth.registered.push(arn);
    if (objects(tags).some(({ key, value }) => key === "slipway:verb" && value === "undo")) return void undos.add(arn);
    if (truth.own.every((revision) => !truth.registered.includes(revision))) truth.own = [];
    truth.own.push(arn);
  }

  function noteStop(by: "deployer" | "operator") {
    truth.stoppedBy ??= by;
  }

  note();
  return { record: truth, note, noteCall, noteStop };
}

/** Maps the state of the rollback's rollout. */
function backIs(state: RolloutState): RolloutState {
  if (["none", "open", "settling"].includes(state)) return "going-back";
  return ["early", "deployed", "nothing-ran"].includes(state) ? "taken-back" : "not-taken-back";
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

function taskDefinitionOf(state: EcsState, serviceDeployment: string): string | undefined {
  const record = state.serviceDeployments[serviceDeployment];
  return record && state.serviceRevisions[record.targetRevision]?.taskDefinition;
}
