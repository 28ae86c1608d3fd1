import type { Service } from "@aws-sdk/client-ecs";
import { describeTaskDefinition, type JsonObject } from "../../../aws/raw-task-definition.js";
import { abort, sdk } from "../../../aws/sdk.js";
import { tryRead } from "../../../aws/try-read.js";
import { nameIn } from "../../../common/aws-names.js";
import { parseImage } from "../../../common/image-reference.js";
import type { Readable } from "../../../common/readable.js";
import { type Running, runningOf } from "../../../ecs/containers.js";
import { describeRevisions, type ReadableDeployments } from "../../../ecs/service-deployments.js";
import type { Session } from "../../session.js";
import { type ContainerImage, type ImageReader, imagesOf, type NamedImage, readImages } from "../ecr-images.js";
import { notRead, type Finding as TopicFinding, warning } from "../finding.js";
import type { SharedReads } from "../shared-reads.js";

const ids = ["nothing-to-return-to", "return-image-missing"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** Facts about the return to an earlier revision when this deploy fails. */
export interface RollbackFacts {
  /** True when a deployment of the service has completed, as far back as ECS lists them. */
  hasCompleted: Readable<boolean>;
  /** The revision that the service returns to when this deploy fails; its value is `undefined` where there is none. */
  rollbackRevision: Readable<RollbackRevision | undefined>;
}

/** A revision whose deployment has completed, with the images that its tasks start from. */
export interface RollbackRevision {
  /** ARN of the revision. */
  taskDefinition: string;
  /** Version that the revision names; absent where it names none. */
  version?: string;
  images: ContainerImage[];
}

/** Reads whether a deployment of the service has ever completed. The list of deployments is read only where the known ones don't decide. */
export async function readCompleted(
  session: Session,
  service: Service,
  deployments: ReadableDeployments,
): Promise<Readable<boolean>> {
  const isCompleted = service.deployments?.some((one) => one.rolloutState === "COMPLETED");
  if (isCompleted || deployments.listed.some((one) => one.status === "SUCCESSFUL")) return { value: true };
  if (deployments.classicOnly !== undefined) return { unknown: deployments.classicOnly };
  return await tryRead(
    listSuccessful(session).then(({ length }) => length > 0),
    session.signal,
  );
}

/** Reads all of the service: the known deployments reach back to the current revision only. */
async function listSuccessful(session: Session) {
  const { cluster, service } = session.target;
  const command = new sdk.ecs.ListServiceDeploymentsCommand({ cluster, service, status: ["SUCCESSFUL"] });
  const { serviceDeployments = [] } = await session.aws.ecs.send(command, abort(session));
  return serviceDeployments.filter(({ status }) => status === "SUCCESSFUL");
}

/** Known state of the service and its deployments. */
interface ServiceState {
  service: Service;
  deployments: ReadableDeployments;
  running: Running;
  /** The task definition that the service is set to; where it is absent, only `running` is known of it. */
  current?: JsonObject | undefined;
}

/**
 * Reads the revision that the service returns to when a deploy fails, with the state of its images: the one that it is set to, or, where
 * that never completed, the last one that did. ECS's rollback, Slipway's automatic rollback and the next `rollback` start tasks from these images.
 */
export async function readRollbackRevision(
  session: Session,
  state: ServiceState,
  read: ImageReader,
): Promise<Readable<RollbackRevision | undefined>> {
  const found = await tryRead(findRollbackRevision(session, state), session.signal);
  if ("unknown" in found) return found;
  if (!found.value) return { value: undefined };
  return { value: { ...found.value, images: await readImages(read, found.value.images) } };
}

type Found = Omit<RollbackRevision, "images"> & { images: NamedImage[] };

async function findRollbackRevision(session: Session, state: ServiceState): Promise<Found | undefined> {
  const { running, current } = state;
  if (hasCompleted(state)) {
    const { container } = session.target;
    return ofRevision(running, current ? imagesOf(current) : [{ container, image: running.image }]);
  }
  const kept = state.service.deployments?.find((one) => one.status !== "PRIMARY" && one.rolloutState === "COMPLETED");
  return kept?.taskDefinition ? await described(session, kept.taskDefinition) : await lastSuccessful(session);
}

/** Returns whether the revision that the service is set to has completed a deployment. */
function hasCompleted({ service, deployments, running }: ServiceState): boolean {
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

/** A service revision keeps the digest that each image tag was resolved to. */
async function lastSuccessful(session: Session): Promise<Found | undefined> {
  const listed = await listSuccessful(session);
  const [newest] = listed.sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
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

/** Checks that a completed deployment exists: without one, a rollback leaves the service on the failed revision. */
export function somethingToReturnTo({ hasCompleted }: RollbackFacts): Finding[] {
  if ("value" in hasCompleted && hasCompleted.value) return [];
  const isKnown = "value" in hasCompleted;
  return [
    {
      id: "nothing-to-return-to",
      level: isKnown ? "error" : "not-checked",
      what: `No deployment of the service is known to have completed${isKnown ? "" : ` (${hasCompleted.unknown})`}: if this one fails, ECS has nothing to return to.`,
      fix: "For a service's first deploy this is expected: pass --ignore nothing-to-return-to. Otherwise restore the service to a version that runs first.",
    },
  ];
}

/**
 * Checks that the images of the revision that the service returns to exist. It gives a warning, because the old tasks run until the new
 * ones are healthy and because the deploy may repair the service; but old tasks that have stopped can't be started again.
 */
export function returnImages({ rollbackRevision }: RollbackFacts): Finding[] {
  if ("unknown" in rollbackRevision)
    return unread("The revision that the service would return to", rollbackRevision.unknown);
  const { value } = rollbackRevision;
  if (!value) return [];
  return value.images.flatMap((one) => judgeImage(one, value));
}

function judgeImage(
  { container, image, state }: ContainerImage,
  { taskDefinition, version }: RollbackRevision,
): Finding[] {
  const revision = nameIn(taskDefinition);
  const named = `The image of ${container} in ${revision}${version === undefined ? "" : ` (${version})`}`;
  if ("unknown" in state) return unread(`${named}, ${image},`, state.unknown);
  if (state.value?.status === "ACTIVE") return [];
  const is = state.value ? `${state.value.status} in ECR` : "no longer in ECR";
  return warning(
    "return-image-missing",
    `${named}, ${image}, is ${is}. It runs now or ran last: if this deploy fails after its old tasks have stopped, neither ECS nor Slipway can return to it.`,
    state.value
      ? `Restore it first: aws ecr update-image-storage-class --image-id imageDigest=${parseImage(image).digest ?? "…"} --target-storage-class STANDARD …`
      : "Push the same image again if it still exists elsewhere, or watch this deploy: its release is the next one to return to. Exclude running images from lifecycle policies.",
  );
}

function unread(what: string, reason: string): Finding[] {
  return notRead(
    "return-image-missing",
    `${what} could not be read: ${reason}.`,
    "Allow ecr:DescribeImages on its repository, and ecs:ListServiceDeployments and ecs:DescribeServiceRevisions on the service.",
  );
}

export const rollbackTopic = {
  ids,
  async read(reads: SharedReads): Promise<RollbackFacts> {
    const { session, service, deployments, readImage } = reads;
    const [hasCompleted, rollbackRevision] = await Promise.all([
      readCompleted(session, service, deployments),
      readRollbackRevision(session, reads, readImage),
    ]);
    return { hasCompleted, rollbackRevision };
  },
  judge: (facts: RollbackFacts): Finding[] => [...somethingToReturnTo(facts), ...returnImages(facts)],
};
