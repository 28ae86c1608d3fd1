import { isOfReplacement, isStoppedByMonitor } from "../../ecs/event-messages.js";
import type { ServiceDeploymentView } from "../../ecs/snapshot.js";
import type { Verdict } from "../verdicts.js";

/** An earlier or current deployment of the service. Times are milliseconds since the epoch on AWS's clock. */
export interface DeploymentRecord {
  /** ARN of the service deployment. */
  arn: string;
  /** ARN of the revision that it rolled out. */
  taskDefinition: string;
  /** As the revision names it; absent where it names none. */
  version?: string;
  /** `sha256:…`, where it is known. */
  digest?: string;
  commit?: string;
  /** Run id that the deploy was given. */
  runId?: string;
  /** The user or the role and session that registered the revision. */
  who?: string;
  /** ARN of the revision that a user rolled back from with this deployment. */
  wentBackFrom?: string;
  /** ARN of the revision that this deployment, an automatic rollback, replaces. */
  undoes?: string;
  /** Reason for which this automatic rollback replaces it. */
  because?: string;
  /** Reason for which Slipway requested its rollback from ECS. */
  stoppedFor?: string;
  /** As ECS returns it. */
  deployment?: ServiceDeploymentView;
  startedAt: number;
  finishedAt?: number;
  ending: DeploymentOutcome;
}

/** Outcome of a deployment by what ECS returns; ECS does not know what was served. */
export type DeploymentOutcome =
  | Extract<Verdict, "deployed" | "rolled-back" | "failed" | "superseded" | "stopped">
  | "unfinished";

/** Returns the outcome of a service deployment, from its status and reasons. */
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
