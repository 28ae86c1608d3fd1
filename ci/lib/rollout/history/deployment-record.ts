import { isOfReplacement, isStoppedByMonitor } from "../../ecs/event-messages.js";
import type { ServiceDeploymentView } from "../../ecs/snapshot.js";
import type { Verdict } from "../judge/verdict.js";

/** A deployment that the service has had. Times are milliseconds since the epoch on AWS's clock. */
export interface DeploymentRecord {
  /** Of the service deployment. */
  arn: string;
  /** ARN of the revision that it brought. */
  taskDefinition: string;
  /** As the revision names it; absent where it names none. */
  version?: string;
  /** `sha256:…`, where it is known. */
  digest?: string;
  commit?: string;
  /** The user or the role and session that registered the revision. */
  who?: string;
  /** ARN of the revision that somebody went back from with it. */
  wentBackFrom?: string;
  /** ARN of the revision that a deploy has taken back with it, because that was proven wrong. */
  undoes?: string;
  startedAt: number;
  finishedAt?: number;
  ending: DeploymentOutcome;
}

/** As far as ECS tells afterwards; what was served is not known to it. */
export type DeploymentOutcome =
  | Extract<Verdict, "deployed" | "rolled-back" | "failed" | "superseded" | "stopped">
  | "unfinished";

/** What a service deployment ended as, by its own words. */
export function outcomeOf({ status, statusReason = "", breaker, alarms }: ServiceDeploymentView): DeploymentOutcome {
  switch (status) {
    case "SUCCESSFUL":
      return "deployed";
    case "ROLLBACK_SUCCESSFUL":
      return "rolled-back";
    case "ROLLBACK_FAILED":
      return "failed";
    case "STOPPED":
      if (isOfReplacement(statusReason)) return "superseded";
      return breaker?.status === "TRIGGERED" || alarms?.status === "TRIGGERED" || isStoppedByMonitor(statusReason)
        ? "failed"
        : "stopped";
    default:
      return "unfinished";
  }
}
