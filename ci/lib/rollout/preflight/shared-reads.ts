import { isDeepStrictEqual } from "node:util";
import type { Service } from "@aws-sdk/client-ecs";
import { type PlatformImage, readPlatformImages } from "../../aws/image-platforms.js";
import type { JsonObject } from "../../aws/raw-task-definition.js";
import { tryRead } from "../../aws/try-read.js";
import { once } from "../../common/memoize.js";
import type { Readable } from "../../common/readable.js";
import type { Target } from "../../config/target.js";
import type { Running } from "../../ecs/containers.js";
import { ecrOf, type RepositoryFacts, readRepository } from "../../ecs/ecr-images.js";
import { type ImagePlace, locate, placeOf } from "../../ecs/image-place.js";
import type { ReadableDeployments } from "../../ecs/service-deployments.js";
import type { StrategyChange } from "../plan/strategy.js";
import type { Release, Session } from "../session.js";
import { type ImageReader, imageReader } from "./ecr-images.js";
import type { Severity } from "./scan-severity.js";

/** The deploy that preflight checks, known without further reads. */
export interface Intention {
  /** Before the image is built its digest is empty. */
  release: Release;
  service: Service;
  deployments: ReadableDeployments;
  /** Version and image that the service is set to now. */
  running: Running;
  /** The task definition as it would be registered. */
  next: JsonObject;
  /** Number of tasks that the service is to run. */
  desiredCount: number;
  /** Lowest severity of an image scan whose findings stop a deploy. */
  scanSeverity: Severity;
  /** `deploy` by default. */
  verb?: "deploy" | "rollback";
  /** The task definition that the service is set to. */
  current?: JsonObject;
  /** Present when the deploy changes the service's strategy; `service` has the new one. */
  strategyChange?: StrategyChange;
}

/** Facts that need no read: the intention and its target. */
export interface BaseFacts extends Omit<Intention, "verb" | "current"> {
  target: Target;
  /** A rollback goes to an older version on purpose. */
  verb: "deploy" | "rollback";
}

/** An image that is to be built: the registry does not have it yet. */
export interface Unbuilt {
  /** The platform that the image is built for, such as `linux/arm64`. */
  platform: string;
}

/** The repository of ECR that an image is in, or the reason why it is in none that can be read. */
export type Place = ImagePlace | { unknown: string };

/** Input of the topics' readers: the deploy, and the reads that several topics share, each of which is sent once. */
export interface SharedReads extends Intention {
  session: Session;
  /** Present before the image is built. */
  unbuilt?: Unbuilt;
  /** Address of the target's repository. */
  address: string;
  /** The repository that the release's image is in. */
  place: Place;
  /** Settings of that repository. */
  repository: Readable<RepositoryFacts>;
  readImage: ImageReader;
  /** Reads the images behind the release's digest, one for each platform. */
  platformImages: () => Promise<Readable<PlatformImage[]>>;
}

/** Reads the repository of the release's image, which all other reads of images depend on, and prepares the shared reads. */
export async function shareReads(session: Session, intention: Intention, unbuilt?: Unbuilt): Promise<SharedReads> {
  const { target, signal } = session;
  const { release } = intention;
  const own = await tryRead(readRepository(session, placeOf(target)), signal);
  // The release's image names the repository where its settings can't be read: a deploy takes its image from ECR.
  const address = "value" in own ? own.value.uri : release.image;
  const place = locate(release.image, address, target);
  // A release need not be in the target's repository: it may be an existing image, or a rollback to one.
  const repository = isDeepStrictEqual(place, placeOf(target)) ? own : await readOther(session, place);
  return {
    ...intention,
    session,
    ...(unbuilt && { unbuilt }),
    address,
    place,
    repository,
    readImage: imageReader(session, address),
    platformImages: once(async () =>
      "unknown" in place ? place : await tryRead(readPlatforms(session, place, release.digest), signal),
    ),
  };
}

async function readOther(session: Session, place: Place): Promise<Readable<RepositoryFacts>> {
  return "unknown" in place ? place : await tryRead(readRepository(session, place), session.signal);
}

async function readPlatforms(session: Session, place: ImagePlace, digest: string): Promise<PlatformImage[]> {
  const { endpoint } = session.aws;
  const aws = { ecr: await ecrOf(session, place), ...(endpoint !== undefined && { endpoint }) };
  return await readPlatformImages(aws, place, digest, session.signal);
}
