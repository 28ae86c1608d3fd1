import type { ServiceRevision } from "@aws-sdk/client-ecs";
import { describeTaskDefinition, type RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { present } from "../../common/present.js";
import type { Target } from "../../config/target.js";
import { runningOf } from "../../ecs/containers.js";
import { revisionTag } from "../../ecs/revision-tags.js";
import { describeOrListed, describeRevisions, listRecent } from "../../ecs/service-deployments.js";
import type { ServiceDeploymentView } from "../../ecs/snapshot.js";
import { tagOf } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";
import { type DeploymentRecord, outcomeOf } from "./deployment-record.js";

/** Maximum number of deployments that the search for a rollback target reads: ECS keeps them for 90 days. */
export const historyLimit = 100;

/**
 * Reads the service's last deployments, the newest first. ECS keeps them for 90 days.
 * @param count Maximum number.
 */
export async function readHistory(session: Session, count: number): Promise<DeploymentRecord[]> {
  const briefs = await listRecent(session, count);
  const deployments = await describeOrListed(session, briefs);
  const revisions = await describeRevisions(session, [...new Set(deployments.map(({ target }) => target))]);
  const definitions = await describeAll(session, revisions);
  const records = deployments
    .sort((a, b) => b.createdAt - a.createdAt)
    .map((one) => toPast(session, one, revisions.get(one.target), definitions));
  return records.map((one) => (records.some(({ undoes }) => undoes === one.taskDefinition) ? rolledBack(one) : one));
}

/** ECS reports such a deployment as deployed or failed: only the later rollback shows that it was rolled back. */
function rolledBack(record: DeploymentRecord): DeploymentRecord {
  return { ...record, ending: "rolled-back" };
}

function toPast(
  { target }: Session,
  deployment: ServiceDeploymentView,
  revision: ServiceRevision | undefined,
  definitions: Map<string, RawTaskDefinition>,
): DeploymentRecord {
  const taskDefinition = revision?.taskDefinition ?? "";
  const image = revision?.containerImages?.find((one) => one.containerName === target.container);
  const record: DeploymentRecord = {
    arn: deployment.arn,
    taskDefinition,
    startedAt: deployment.createdAt,
    ending: outcomeOf(deployment),
    deployment,
    ...present({ finishedAt: deployment.finishedAt, digest: image?.imageDigest }),
  };
  const definition = definitions.get(taskDefinition);
  return definition ? { ...record, ...factsOf(definition, target) } : record;
}

/** Returns the facts that the revision itself has: version, image, and the user that registered it. */
function factsOf(definition: RawTaskDefinition, target: Target): Partial<DeploymentRecord> {
  const { version, digest } = runningOf(definition, target);
  const [commit, runId] = [tagOf(definition, revisionTag.commit), tagOf(definition, revisionTag.run)];
  const [because, stoppedFor] = [tagOf(definition, revisionTag.because), tagOf(definition, revisionTag.stopped)];
  const [verb, base] = [tagOf(definition, revisionTag.verb), tagOf(definition, revisionTag.base)];
  const { registeredBy } = definition.taskDefinition;
  return {
    ...present({ version, digest, commit, runId, because, stoppedFor }),
    ...(base !== undefined && verb === "rollback" && { wentBackFrom: base }),
    ...(base !== undefined && verb === "undo" && { undoes: base }),
    ...(registeredBy !== undefined && { who: String(registeredBy).split(":").at(-1) ?? "" }),
  };
}

/** Leaves out revisions that were deleted since. */
async function describeAll(
  { aws, signal }: Session,
  revisions: Map<string, ServiceRevision>,
): Promise<Map<string, RawTaskDefinition>> {
  const arns = [...new Set([...revisions.values()].map((one) => one.taskDefinition ?? ""))].filter(Boolean);
  const described = await Promise.all(
    arns.map(async (arn): Promise<[string, RawTaskDefinition][]> => {
      try {
        return [[arn, await describeTaskDefinition(aws.ecs, arn, signal)]];
      } catch (error) {
        if ((error as Error).name !== "ClientException") throw error;
        return [];
      }
    }),
  );
  return new Map(described.flat());
}
