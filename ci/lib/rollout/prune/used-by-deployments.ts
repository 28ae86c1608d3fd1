import type { Service } from "@aws-sdk/client-ecs";
import { InputError } from "../../common/errors.js";
import { readService } from "../../ecs/service.js";
import { describeServiceDeployments, listRecent, taskDefinitionsOf } from "../../ecs/service-deployments.js";
import type { ServiceDeploymentView } from "../../ecs/snapshot.js";
import { isFinished } from "../../ecs/states.js";
import { historyLimit, readHistory } from "../history/read-history.js";
import { lastSuccessful } from "../history/rollback-target.js";
import type { Session } from "../session.js";
import type { RevisionUses } from "./revision-uses.js";

/** Adds the revisions that an unfinished deployment rolls out or may return to, and the last successful one other than the running one. */
export async function addDeployments(session: Session, uses: RevisionUses, service: Service): Promise<void> {
  // Services with another controller have task sets instead.
  if ((service.deploymentController?.type ?? "ECS") !== "ECS") return;
  const name = `service ${service.serviceName}`;
  const { clusterArn: cluster = "", serviceName = "" } = service;
  const of = { ...session, target: { ...session.target, cluster, service: serviceName } };
  const briefs = await listRecent(of, historyLimit);
  const past = await describeServiceDeployments(
    of,
    briefs.map((brief) => brief.serviceDeploymentArn ?? ""),
  );
  const revisions = await taskDefinitionsOf(of, [...new Set(past.flatMap((one) => [one.target, ...one.sources]))]);
  const brought = (one: ServiceDeploymentView) => revisions.get(one.target);
  for (const taskDefinition of revisions.values()) uses.addDeployed(taskDefinition);

  for (const one of past.filter(({ status }) => !isFinished(status))) {
    for (const arn of [one.target, ...one.sources])
      uses.add(revisions.get(arn), `a deployment of ${name} is in progress with it`);
  }
  const good = past.filter(({ status }) => status === "SUCCESSFUL").sort((a, b) => b.createdAt - a.createdAt);
  // The last successful revision is the service's current one or, if not, this one.
  const before = good.find((one) => brought(one) !== service.taskDefinition);
  uses.add(before && brought(before), `${name} would roll back to it`);
}

/** Adds the revision that `rollback` would return to. */
export async function addRollbackTarget(session: Session, uses: RevisionUses): Promise<void> {
  const { running } = await readService(session.aws, session.target, session.signal);
  const past = await readHistory(session, historyLimit);
  try {
    uses.add(lastSuccessful(past, running).taskDefinition, "a rollback would roll back to it");
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== "nothing-proven") throw error;
  }
}
