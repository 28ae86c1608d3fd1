import { cut } from "../../common/cut.js";
import { present } from "../../common/present.js";
import { revisionTag } from "../../ecs/revision-tags.js";
import { serviceDeploymentView } from "../../ecs/views.js";
import type { DeploymentFacts } from "./deployment-report.js";
import { type ReportFacts, revisionOf, tagIn, taskDefinitionIn } from "./report-facts.js";

/** Returns the state of the service deployment, and the rollback that ECS or Slipway began. Pure. */
export function deploymentFacts({ deployment, chosen: { record, undo }, ...facts }: ReportFacts): DeploymentFacts {
  const { arn, status, createdAt, statusReason, finishedAt, breaker, ...view } = serviceDeploymentView(deployment);
  const { rollback, deploymentConfiguration } = deployment;
  const byEcs = rollback && taskDefinitionIn(facts, rollback.serviceRevisionArn);
  const because = undo && tagIn(facts.definitions.get(undo.taskDefinition), revisionTag.because);
  return {
    arn: arn || record.arn,
    status,
    strategy: deploymentConfiguration?.strategy ?? "ROLLING",
    createdAt: createdAt || record.startedAt,
    waitingHooks: [...view.waitingHooks],
    ...present({
      statusReason: statusReason === undefined ? undefined : cut(statusReason),
      stage: view.lifecycleStage,
      finishedAt: finishedAt ?? record.finishedAt,
      circuitBreaker: breaker,
      alarms: view.alarms,
    }),
    ...(rollback && {
      rollback: {
        by: "ECS" as const,
        ...present({
          reason: rollback.reason === undefined ? undefined : cut(rollback.reason),
          startedAt: rollback.startedAt?.getTime(),
          to: byEcs === undefined ? undefined : revisionOf(facts, byEcs),
        }),
      },
    }),
    ...(undo && {
      rollback: {
        by: "Slipway" as const,
        startedAt: undo.startedAt,
        to: revisionOf(facts, undo.taskDefinition),
        ...present({ reason: because }),
      },
    }),
  };
}
