import { isDeepStrictEqual } from "node:util";
import { type EcsState, type EcsTiming, type JsonObject, objects } from "../../infra/local/aws/index.js";
import { versionOf } from "../scenario/task-scripts.js";
import type { CompletedCall } from "../virtual/virtual-aws.js";
import { START } from "../virtual/virtual-time.js";
import type { Moment, OracleRecord, ServiceRecord } from "./oracle-record.js";
import { type RolloutState, revisionOf, rolloutStateOf } from "./rollout-state.js";
import { createFactsReader } from "./service-facts.js";

export type ListLags = Pick<EcsTiming, "listLag" | "shiftListLag">;

export interface DeployOracle {
  record: OracleRecord;
  service: ServiceRecord;
  /** Records the state; called after every change of ECS's state. */
  note(): void;
  /** Records a call; called when AWS has carried out a call of the deployer. */
  noteCall(call: CompletedCall): void;
  noteStop(by: "deployer" | "operator"): void;
}

/**
 * @param release Version that the deployer brings.
 * @param lags Times for which AWS does not list a new service deployment.
 */
export function createDeployOracle(state: EcsState, now: () => number, release: string, lags: ListLags): DeployOracle {
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
  const readFacts = createFactsReader(state);
  let facts = readFacts();
  const serviceRecord: ServiceRecord = { times: [{ at: since(now()), ...facts }], deployTasks: {} };
  const undos = new Set<string>();
  let deployments = Object.keys(state.serviceDeployments).length;
  let known = deployments;
  /** Service deployments of interest, by the revision that they bring. */
  const first = new Map<string, string>();
  const last = new Map<string, string>();
  const service = () => Object.values(state.services)[0];
  const learned = new Set(service()?.serviceDeployments);
  const current = service()?.taskDefinition ?? "";
  if (bringsRelease(current)) {
    truth.own = [current];
    const arn = service()?.serviceDeployments.findLast(
      (one) => revisionOf(state, state.serviceDeployments[one]) === current,
    );
    if (arn !== undefined) first.set(current, arn);
    if (arn !== undefined) last.set(current, arn);
  }

  function bringsRelease(revision: string): boolean {
    if (truth.registered.includes(revision)) return !undos.has(revision);
    const document = state.taskDefinitions[revision]?.document;
    return document !== undefined && versionOf(document) === release;
  }

  function note() {
    noteFacts();
    learnDeployments();
    if (service()?.status !== "ACTIVE") truth.deletedAt ??= since(now());
    for (const [revision, arn] of first) {
      truth.ofRevision[revision] ??= [moment("none")];
      add(truth.ofRevision[revision], ...seen(arn));
    }
    for (const revision of last.keys()) noteRepetition(revision);
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

  function noteRepetition(revision: string) {
    const arn = last.get(revision);
    if (arn === undefined || arn === first.get(revision)) return;
    truth.ofRepetition[revision] ??= [];
    add(truth.ofRepetition[revision], ...seen(arn));
  }

  function noteFacts() {
    const [was, is] = [facts, readFacts()];
    if (is === was) return;
    facts = is;
    if (!isDeepStrictEqual(is, was)) serviceRecord.times.push({ at: since(now()), ...is });
  }

  /** Of each revision, the earliest service deployment that began during a run of the deployer counts. */
  function learnDeployments() {
    const count = Object.keys(state.serviceDeployments).length;
    if (count === known) return;
    known = count;
    for (const arn of service()?.serviceDeployments ?? []) {
      const revision = revisionOf(state, state.serviceDeployments[arn]) ?? "";
      if (!bringsRelease(revision) && !undos.has(revision)) continue;
      if (!first.has(revision)) first.set(revision, arn);
      // What it replaces is followed no more.
      if (!learned.has(arn)) noteRepetition(revision);
      learned.add(arn);
      last.set(revision, arn);
    }
  }

  function seen(arn: string): [RolloutState, number] {
    const record = state.serviceDeployments[arn];
    if (!record) return ["none", now()];
    const lag = record.traffic === undefined ? lags.listLag : lags.shiftListLag;
    return [rolloutStateOf(state, service(), record), Math.max(now(), record.createdAt + lag)];
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
    if (operation === "RunTask") noteTasks(objects(output.tasks));
    note();
  }

  function noteRegistration({ tags }: JsonObject, document: JsonObject) {
    const arn = String(document.taskDefinitionArn);
    truth.registered.push(arn);
    if (objects(tags).some(({ key, value }) => key === "slipway:verb" && value === "undo")) return void undos.add(arn);
    if (truth.own.every((revision) => !truth.registered.includes(revision))) truth.own = [];
    truth.own.push(arn);
  }

  function noteTasks(tasks: JsonObject[]) {
    for (const { taskArn, startedBy } of tasks) {
      const known = serviceRecord.deployTasks[String(startedBy)] ?? [];
      serviceRecord.deployTasks[String(startedBy)] = [...new Set([...known, String(taskArn)])];
    }
  }

  function noteStop(by: "deployer" | "operator") {
    truth.stoppedBy ??= by;
  }

  note();
  return { record: truth, service: serviceRecord, note, noteCall, noteStop };
}

/** Maps the state of the rollback's rollout. */
function backIs(state: RolloutState): RolloutState {
  if (["none", "open", "shifted", "settling"].includes(state)) return "going-back";
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
