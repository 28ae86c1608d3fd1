import { tryRead } from "../../aws/try-read.js";
import { describeService } from "../../ecs/service.js";
import type { ServiceView, TaskView } from "../../ecs/snapshot.js";
import { listTasks } from "../../ecs/tasks.js";
import { serviceView } from "../../ecs/views.js";
import type { Cause } from "../diagnose/causes.js";
import { diagnose } from "../diagnose/diagnose.js";
import type { Session } from "../session.js";
import type { DeploymentRecord } from "./deployment-record.js";

/** Cause of a failed deployment, as far as AWS still has evidence: stopped tasks for an hour, the service's last 100 events, and reasons for 90 days. */
interface RecordedCause {
  /** Absent where only a reason is known, and no rule names its cause. */
  cause?: Cause;
  title: string;
  /** Texts of ECS that show it. */
  evidence: string[];
  fix?: string;
}

export interface ExplainedRecord extends DeploymentRecord {
  /** Present where the deployment failed, was rolled back or was stopped, and a reason is known. */
  why?: RecordedCause;
}

/** Adds causes to the deployments that did not succeed. Reads nothing where all did. */
export async function explainHistory(
  session: Session,
  records: readonly DeploymentRecord[],
): Promise<ExplainedRecord[]> {
  if (!records.some(isBad)) return [...records];
  const [service, tasks] = await Promise.all([
    tryRead(describeService(session.aws, session.target, session.signal), session.signal),
    tryRead(listTasks(session, new Map(), [], false), session.signal),
  ]);
  const now = session.clock.now();
  const seen = {
    service: "value" in service ? serviceView(service.value) : noService,
    tasks: "value" in tasks ? tasks.value : [],
  };
  return records.map((record) => {
    const why = isBad(record) ? causeOf(record, records, session.target.container, seen, now) : undefined;
    return why ? { ...record, why } : record;
  });
}

/** A deployment that another one replaced needs no cause. */
function isBad({ ending }: DeploymentRecord): boolean {
  return ending === "failed" || ending === "rolled-back" || ending === "stopped";
}

const noService: ServiceView = {
  ...{ status: "", desiredCount: 0, runningCount: 0, pendingCount: 0 },
  ...{ deployments: [], events: [] },
};

/** Our own reason counts most, because it was found while the rollout was watched. Pure. */
function causeOf(
  record: DeploymentRecord,
  records: readonly DeploymentRecord[],
  container: string,
  { service, tasks }: { service: ServiceView; tasks: readonly TaskView[] },
  now: number,
): RecordedCause | undefined {
  const { taskDefinition, startedAt, finishedAt = now, deployment } = record;
  const own = records.find(({ undoes }) => undoes === taskDefinition)?.because ?? record.stoppedFor;
  // Other deployments have events too: ECS names ours in few of them.
  const events = service.events.filter(({ at }) => at >= startedAt && at <= finishedAt);
  const subject = { taskDefinition, container, digests: [], registeredAt: startedAt, deadline: 0 };
  const snapshot = { at: now, tasksAt: now, service: { ...service, events }, tasks: [...tasks] };
  const { cause, title, evidence, fix } = diagnose(subject, [{ ...snapshot, ...(deployment && { ours: deployment }) }]);
  if (cause !== "unknown" && cause !== "circuit-breaker") return { cause, title, evidence, fix };
  const reason = own ?? deployment?.rollbackReason ?? deployment?.statusReason;
  return reason === undefined || reason === "" ? undefined : { title: reason, evidence: [] };
}
