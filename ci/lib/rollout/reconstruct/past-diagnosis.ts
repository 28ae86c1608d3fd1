import { cut } from "../../common/cut.js";
import type { Snapshot, Subject } from "../../ecs/snapshot.js";
import { serviceDeploymentView, serviceView, taskView } from "../../ecs/views.js";
import { rolesIn } from "../diagnose/container-roles.js";
import { type Diagnosis, diagnose } from "../diagnose/diagnose.js";
import { nextStep } from "../next-step.js";
import { registeredAt } from "../revisions/own-revisions.js";
import { type Verdict, verdicts } from "../verdicts.js";
import type { DeploymentReport } from "./deployment-report.js";
import type { ReportFacts } from "./report-facts.js";

/** Diagnoses the deployment from one observation, at the time of the report. */
export function diagnosisOf(
  { target, at, now, deployment, tasks, definitions, chosen }: ReportFacts,
  verdict: DeploymentReport["verdict"],
): Diagnosis | undefined {
  if (verdict === "in-progress" || !verdicts[verdict].isDiagnosed) return undefined;
  const { record } = chosen;
  const definition = definitions.get(record.taskDefinition);
  const subject: Subject = {
    taskDefinition: record.taskDefinition,
    container: target.container,
    digests: record.digest === undefined ? [] : [record.digest],
    registeredAt: definition ? registeredAt(definition) : record.startedAt,
    deadline: at,
  };
  const snapshot: Snapshot = {
    at,
    service: serviceView(now.service),
    ours: serviceDeploymentView(deployment),
    tasks: tasks.map(taskView),
    tasksAt: at,
  };
  const roles = definition ? rolesIn(definition.taskDefinition) : [];
  const { evidence, ...diagnosis } = diagnose(subject, [snapshot], roles);
  return { ...diagnosis, evidence: evidence.map(cut) };
}

/** Returns the user's next step; undefined when nothing is left to do. Pure. */
export function nextOf(verdict: DeploymentReport["verdict"], diagnosis: Diagnosis | undefined): string | undefined {
  if (verdict === "in-progress")
    return "ECS continues the deployment. Run the deploy's command again to watch it to its end, or report again later.";
  return nextStep(verdict satisfies Verdict, { state: "not-checked" }, diagnosis?.cause);
}
