import { gateUrl } from "../config/target.js";
import { type LogTail, logTail } from "../ecs/log-tail.js";
import type { CurrentService } from "../ecs/service.js";
import { rolesIn } from "./diagnose/container-roles.js";
import { type Diagnosis, diagnose, diagnoseRollback, type RollbackDiagnosis } from "./diagnose/diagnose.js";
import { diagnoseResponse, diagnoseTestResponse } from "./diagnose/wrong-version.js";
import type { GateResult } from "./hooks/gates.js";
import type { AutomaticRollback } from "./rollback/automatic-rollback.js";
import type { Session } from "./session.js";
import { verdicts } from "./verdicts.js";
import type { HttpCheck } from "./verify/verify.js";
import type { WatchedRollout } from "./watch/watch.js";

/** Causes of a failed rollout and of its failed rollback. */
export interface Explanation {
  diagnosis?: Diagnosis;
  log?: LogTail;
  /** Cause of failed tasks of the rollback target, whether ECS or Slipway rolled back. */
  wayBack?: RollbackDiagnosis;
}

/** A finished rollout, its HTTP check, and its automatic rollback. */
export interface Outcome {
  watched: WatchedRollout;
  http: HttpCheck;
  testListener?: HttpCheck | undefined;
  gates?: readonly GateResult[] | undefined;
  undone?: AutomaticRollback | undefined;
}

export async function explain(session: Session, now: CurrentService, outcome: Outcome): Promise<Explanation> {
  const wayBack = ofUndo(outcome.undone) ?? ofRollback(outcome.watched);
  return { ...(await ofRollout(session, now, outcome)), ...(wayBack && { wayBack }) };
}

/** Diagnoses failed tasks; a rollout that another one replaced needs no cause. */
async function ofRollout(
  session: Session,
  now: CurrentService,
  { watched, http, testListener, gates }: Outcome,
): Promise<Explanation> {
  const { subject, snapshots } = watched;
  if (http.state === "wrong") return { diagnosis: diagnoseResponse(http) };
  if (subject.rollback && testListener?.state === "wrong" && testListener.proven)
    return { diagnosis: diagnoseTestResponse(testListener, now.running.version) };
  if (!isBad(watched)) return {};
  const gate = gates?.at(-1);
  // For ECS a gate's rollback is a failed hook; the gate's answers are the reason.
  if (gate?.action === "ROLLBACK") return { diagnosis: ofGate(gate, now.running.version) };
  // Our revision differs from the current one only in image and VERSION, so the containers and their log settings are the same.
  const { taskDefinition } = now.current;
  const diagnosis = diagnose(subject, snapshots, rolesIn(taskDefinition));
  if (!diagnosis.task) return { diagnosis };
  return { diagnosis, log: await logTail(session, taskDefinition, diagnosis.task, diagnosis.container) };
}

function ofGate({ stage, url, answered }: GateResult, running: string | undefined): Diagnosis {
  const check = { state: "wrong", url, answered, proven: true } as const;
  return gateUrl(stage) === "testUrl" ? diagnoseTestResponse(check, running) : diagnoseResponse(check);
}

/** Returns undefined for `rolled-back`: the rollback target runs then. */
function ofRollback(watched: WatchedRollout): RollbackDiagnosis | undefined {
  if (!isBad(watched) || watched.judgement.verdict === "rolled-back") return undefined;
  return diagnoseRollback(watched.subject, watched.snapshots);
}

function ofUndo(undone: AutomaticRollback | undefined): RollbackDiagnosis | undefined {
  if (!undone || "refused" in undone || !isBad(undone.watched)) return undefined;
  const { subject, snapshots } = undone.watched;
  const diagnosis = diagnose(subject, snapshots);
  return diagnosis.failedTasks > 0 ? { ...diagnosis, taskDefinition: subject.taskDefinition } : undefined;
}

function isBad({ judgement }: WatchedRollout): boolean {
  return verdicts[judgement.verdict].isDiagnosed === true;
}
