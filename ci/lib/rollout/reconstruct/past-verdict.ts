import { nameIn } from "../../common/aws-names.js";
import { primaryOf, type ServiceDeploymentView, type ServiceView } from "../../ecs/snapshot.js";
import { type DeploymentOutcome, outcomeOf } from "../history/deployment-record.js";
import type { DeploymentReport } from "./deployment-report.js";

/** A deployment as AWS returns it at the time of the report. */
export interface PastDeployment {
  deployment: ServiceDeploymentView;
  /** ARN of the revision that it rolled out. */
  taskDefinition: string;
  service: ServiceView;
  /** Present when Slipway rolled it back: the reason, where the rollback's revision has one. */
  undo?: { because?: string; ending: DeploymentOutcome };
}

/** Returns the verdict on a deployment from what AWS returns alone: no witness of its HTTP responses is left. Pure. */
export function pastVerdict(past: PastDeployment): Pick<DeploymentReport, "verdict" | "reason"> {
  const { deployment, undo } = past;
  const { statusReason } = deployment;
  if (undo) return undone(undo);
  const outcome = outcomeOf(deployment);
  switch (outcome) {
    case "deployed":
      return completed(past);
    case "unfinished":
      return unfinished(deployment);
    default:
      return { verdict: outcome, reason: sentence(statusReason ?? `ECS ended it as ${deployment.status}`) };
  }
}

function undone({
  because: why,
  ending,
}: NonNullable<PastDeployment["undo"]>): Pick<DeploymentReport, "verdict" | "reason"> {
  if (ending === "deployed") return { verdict: "rolled-back", reason: `Slipway rolled it back${because(why)}.` };
  return ending === "unfinished"
    ? { verdict: "in-progress", reason: `Slipway rolls it back${because(why)}: ECS has not ended the rollback.` }
    : { verdict: "failed", reason: `Slipway's rollback${because(why)} ended as ${ending}.` };
}

function completed({
  deployment,
  taskDefinition,
  service,
}: PastDeployment): Pick<DeploymentReport, "verdict" | "reason"> {
  const primary = primaryOf(service);
  const revision = nameIn(taskDefinition);
  if (primary?.taskDefinition !== taskDefinition) {
    const next = primary ? `: the service is set to ${nameIn(primary.taskDefinition)}` : "";
    return { verdict: "deployed", reason: `ECS completed it. A later deployment has replaced it since${next}.` };
  }
  if (service.desiredCount === 0)
    return { verdict: "nothing-ran", reason: "ECS completed it, and the service's desired count is 0: no task runs." };
  const counts = `${primary.runningCount} of ${service.desiredCount} tasks run ${revision}`;
  return deployment.earlySuccess && primary.rolloutState !== "COMPLETED"
    ? {
        verdict: "deployed-early",
        reason: `ECS reports success by the early success criteria: ${counts}, and old tasks are left.`,
      }
    : { verdict: "deployed", reason: `ECS completed it: ${counts}.` };
}

function unfinished({
  status,
  lifecycleStage,
  waitingHooks,
}: ServiceDeploymentView): Pick<DeploymentReport, "verdict" | "reason"> {
  const state = [status, lifecycleStage].filter(Boolean).join(", ");
  const [hook] = waitingHooks;
  return hook
    ? {
        verdict: "paused",
        reason: `A lifecycle hook holds the deployment (${state}): ${hook.hookId} waits for an answer.`,
      }
    : { verdict: "in-progress", reason: `ECS has not ended the deployment: ${state}.` };
}

const because = (reason: string | undefined) => (reason === undefined ? "" : `, because ${reason.replace(/\.$/, "")}`);
const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
