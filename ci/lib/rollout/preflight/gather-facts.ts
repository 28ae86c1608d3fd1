import { isDeepStrictEqual } from "node:util";
import type { Service } from "@aws-sdk/client-ecs";
import { type PlatformImage, readPlatformImages } from "../../aws/image-platforms.js";
import type { JsonObject } from "../../aws/raw-task-definition.js";
import { type Known, knowing } from "../../aws/try-read.js";
import type { Running } from "../../ecs/containers.js";
import type { RepositoryFacts } from "../../ecs/ecr-images.js";
import { ecrOf, readRepository } from "../../ecs/ecr-images.js";
import { type ImagePlace, locate, placeOf } from "../../ecs/image-reference.js";
import type { ReadableDeployments } from "../../ecs/service-deployments.js";
import type { DeployRequest } from "../revisions/deploy-request.js";
import type { Release, Session } from "../session.js";
import { readTargetGroups } from "../watch/target-groups.js";
import { platformOf } from "./checks/platform.js";
import type { PreflightFacts, Severity } from "./facts.js";
import { readCompleted } from "./read-completed.js";
import { type ImageReader, imageReader, imagesOf, readImages } from "./read-images.js";
import { readLogGroups } from "./read-logs.js";
import { readRoles } from "./read-roles.js";
import { readScan } from "./read-scan.js";
import { readSecrets } from "./read-secrets.js";
import { readWayBack } from "./read-way-back.js";

/** What is about to be deployed, and on what. */
export interface Intention {
  release: Release;
  service: Service;
  deployments: ReadableDeployments;
  /** What the service is set to now. */
  running: Running;
  /** The task definition as it would be registered. */
  next: JsonObject;
  desiredCount: number;
  scanSeverity: Severity;
  /** `deploy` by default. */
  verb?: DeployRequest["verb"];
  /** The task definition that the service is set to. */
  current?: JsonObject;
}

/** What is to be built: nothing of it is in the registry yet. */
export interface Unbuilt {
  /** The platform that the image is built for. */
  platform: string;
}

/**
 * Reads what the checks need to know. Changes nothing, and never fails for want of a permission.
 * @param unbuilt Given before the image is built: what is known of the image then.
 */
export async function gatherFacts(session: Session, intention: Intention, unbuilt?: Unbuilt): Promise<PreflightFacts> {
  const { target } = session;
  const { release, next, service, current, verb = "deploy", ...known } = intention;
  const own = await knowing(readRepository(session, placeOf(target)), session.signal);
  const address = addressOf(own, release);
  const place = locate(release.image, address, target);
  const repository = isDeepStrictEqual(place, placeOf(target)) ? own : await readOther(session, place);
  const read = imageReader(session, address);
  const others = imagesOf(next).filter(
    ({ image }) => image !== release.image && !("unknown" in locate(image, address, target)),
  );
  const [hasCompleted, image, otherImages, wayBack, roles, secrets, logGroups, targetGroups] = await Promise.all([
    readCompleted(session, service, intention.deployments),
    unbuilt ? { platforms: { value: [unbuilt.platform] } } : readOwnImage(session, release, place, read),
    readImages(read, others),
    readWayBack(session, { ...intention, current }, read),
    readRoles(session, next),
    readSecrets(session, next),
    readLogGroups(session, next),
    readTargetGroups(session, service),
  ]);
  const facts = { ...known, release, next, service, verb, target, place };
  const readings = { hasCompleted, repository, otherImages, wayBack, roles, secrets, logGroups, targetGroups };
  if (!("images" in image)) return { ...facts, ...readings, ...image };
  const { images, ...ofImage } = image;
  if ("unknown" in place) return { ...facts, ...readings, ...ofImage };
  const scan = await readScan(session, {
    place,
    digest: release.digest,
    images,
    platform: platformOf(next),
    repository,
  });
  return { ...facts, ...readings, ...ofImage, ...(scan && { scan }) };
}

/** Where it can't be read, the release's own image names it: a deploy has it from ECR. */
function addressOf(repository: Known<RepositoryFacts>, { image }: Release): string {
  return "value" in repository ? repository.value.uri : image;
}

type Place = ImagePlace | { unknown: string };

/** A release's repository need not be the target's: an image that exists already, or a rollback to one. */
async function readOther(session: Session, place: Place): Promise<Known<RepositoryFacts>> {
  return "unknown" in place ? place : await knowing(readRepository(session, place), session.signal);
}

async function readPlatforms(session: Session, place: ImagePlace, digest: string): Promise<PlatformImage[]> {
  const { endpoint } = session.aws;
  const aws = { ecr: await ecrOf(session, place), ...(endpoint !== undefined && { endpoint }) };
  return await readPlatformImages(aws, place, digest, session.signal);
}

/** The release's image: whether ECR has it, and for which platforms it is. */
async function readOwnImage(session: Session, { image, digest }: Release, place: Place, read: ImageReader) {
  const [state, found] = await Promise.all([
    read(image),
    "unknown" in place ? place : knowing(readPlatforms(session, place, digest), session.signal),
  ]);
  const images = "value" in found ? found.value : [];
  const platforms: Known<string[]> = "value" in found ? { value: images.map(({ platform }) => platform) } : found;
  return { image: state, platforms, images };
}
