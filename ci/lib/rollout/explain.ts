import type { CurrentService } from "../ecs/service.js";
import { rolesIn } from "./diagnose/container-roles.js";
import { type Diagnosis, diagnose } from "./diagnose/diagnose.js";
import { type LogTail, logTail } from "./diagnose/log-tail.js";
import { diagnoseRollback, type RollbackDiagnosis } from "./diagnose/rollback-diagnosis.js";
import { diagnoseResponse } from "./diagnose/wrong-version.js";
import type { AutomaticRollback } from "./rollback/automatic-rollback.js";
import type { Session } from "./session.js";
import type { HttpCheck } from "./verify/verify.js";
import type { WatchedRollout } from "./watch/watch.js";

/** Why a rollout went wrong, and its way back, where they did. */
export interface Explanation {
  diagnosis?: Diagnosis;
  log?: LogTail;
  /** Why what ECS went back to, or was taken back to by us, does not run either. */
  wayBack?: RollbackDiagnosis;
}

/** A rollout at its end, what is served then, and what became of taking it back. */
export interface Outcome {
  watched: WatchedRollout;
  http: HttpCheck;
  undone?: AutomaticRollback | undefined;
}

export async function explain(session: Session, now: CurrentService, outcome: Outcome): Promise<Explanation> {
  const wayBack = ofUndo(outcome.undone) ?? ofRollback(outcome.watched);
  return { ...(await ofRollout(session, now, outcome)), ...(wayBack && { wayBack }) };
}

/** For what went wrong with the tasks; a rollout that another one replaced needs no cause. */
async function ofRollout(session: Session, now: CurrentService, { watched, http }: Outcome): Promise<Explanation> {
  const { subject, snapshots } = watched;
  if (http.state === "wrong") return { diagnosis: diagnoseResponse(http) };
  if (!isBad(watched)) return {};
  // Ours differs from the current revision in image and VERSION alone: so its containers and their logs are as this one says.
  const { taskDefinition } = now.current;
  const diagnosis = diagnose(subject, snapshots, rolesIn(taskDefinition));
  if (!diagnosis.task) return { diagnosis };
  return { diagnosis, log: await logTail(session, taskDefinition, diagnosis.task, diagnosis.container) };
}

/** What ECS went back to runs where the verdict is `rolled-back`. */
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
  return ["rolled-back", "failed", "stopped", "timed-out"].includes(judgement.verdict);
}
