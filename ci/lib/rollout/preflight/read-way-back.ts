import type { Service } from "@aws-sdk/client-ecs";
import { describeTaskDefinition, type JsonObject } from "../../aws/raw-task-definition.js";
import { sdk } from "../../aws/sdk.js";
import { abort } from "../../aws/send-options.js";
import { type Known, knowing } from "../../aws/try-read.js";
import { type Running, runningOf } from "../../ecs/containers.js";
import { describeRevisions, type ReadableDeployments } from "../../ecs/service-deployments.js";
import type { Session } from "../session.js";
import type { RollbackRevision } from "./facts.js";
import { type ImageReader, imagesOf, type NamedImage, readImages } from "./read-images.js";

/** What the service runs and has run, as it is known. */
export interface Past {
  service: Service;
  deployments: ReadableDeployments;
  running: Running;
  /** The task definition that the service is set to; where it is not at hand, only `running` is known of it. */
  current?: JsonObject | undefined;
}

/**
 * Reads the revision that the service returns to when a deploy fails, with the state of its images: the one that it is set to, or, where
 * that never completed, the last one that did. ECS's rollback, Slipway's own and the next `rollback` start tasks from these images.
 */
export async function readWayBack(
  session: Session,
  past: Past,
  read: ImageReader,
): Promise<Known<RollbackRevision | undefined>> {
  const found = await knowing(findWayBack(session, past), session.signal);
  if ("unknown" in found) return found;
  if (!found.value) return { value: undefined };
  return { value: { ...found.value, images: await readImages(read, found.value.images) } };
}

type Found = Omit<RollbackRevision, "images"> & { images: NamedImage[] };

async function findWayBack(session: Session, past: Past): Promise<Found | undefined> {
  const { running, current } = past;
  if (hasCompleted(past)) {
    const { container } = session.target;
    return ofRevision(running, current ? imagesOf(current) : [{ container, image: running.image }]);
  }
  const kept = past.service.deployments?.find((one) => one.status !== "PRIMARY" && one.rolloutState === "COMPLETED");
  return kept?.taskDefinition ? await described(session, kept.taskDefinition) : await lastSuccessful(session);
}

/** The revision that the service is set to has completed a deployment. */
function hasCompleted({ service, deployments, running }: Past): boolean {
  const isRunning = (taskDefinition: string | undefined) =>
    taskDefinition === undefined || taskDefinition === running.taskDefinition;
  return (
    service.deployments?.some((one) => one.rolloutState === "COMPLETED" && isRunning(one.taskDefinition)) === true ||
    deployments.listed.some((one) => one.status === "SUCCESSFUL" && isRunning(one.taskDefinition))
  );
}

async function described(session: Session, arn: string): Promise<Found> {
  const revision = await describeTaskDefinition(session.aws.ecs, arn, session.signal);
  return ofRevision(runningOf(revision, session.target), imagesOf(revision.taskDefinition));
}

/** ECS remembers the digests that the tags of a service revision stood for. */
async function lastSuccessful(session: Session): Promise<Found | undefined> {
  const { cluster, service } = session.target;
  const command = new sdk.ecs.ListServiceDeploymentsCommand({ cluster, service, status: ["SUCCESSFUL"] });
  const { serviceDeployments = [] } = await session.aws.ecs.send(command, abort(session));
  const [newest] = serviceDeployments
    .filter(({ status }) => status === "SUCCESSFUL")
    .sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
  const arn = newest?.targetServiceRevisionArn;
  if (arn === undefined) return undefined;
  const revision = (await describeRevisions(session, [arn])).get(arn);
  const images = (revision?.containerImages ?? []).map(({ containerName = "", image = "", imageDigest }) => ({
    container: containerName,
    image: image.includes("@") || imageDigest === undefined ? image : `${image}@${imageDigest}`,
  }));
  return { taskDefinition: revision?.taskDefinition ?? "", images };
}

function ofRevision({ taskDefinition, version }: Running, images: NamedImage[]): Found {
  return { taskDefinition, ...(version !== undefined && { version }), images };
}
