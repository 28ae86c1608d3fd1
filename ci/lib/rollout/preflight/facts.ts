import type { Service } from "@aws-sdk/client-ecs";
import type { JsonObject } from "../../aws/raw-task-definition.js";
import type { Known } from "../../aws/try-read.js";
import type { Target } from "../../config/target.js";
import type { Running } from "../../ecs/containers.js";
import type { ImageFacts, RepositoryFacts } from "../../ecs/ecr-images.js";
import type { ImagePlace } from "../../ecs/image-reference.js";
import type { ReadableDeployments } from "../../ecs/service-deployments.js";
import type { DeployRequest } from "../revisions/deploy-request.js";
import type { Release } from "../session.js";
import type { TargetGroup } from "../watch/target-groups.js";
import type { SecretPlace } from "./secret-references.js";

/** Everything that the checks of the pre-flight judge; they read nothing themselves. */
export interface PreflightFacts {
  target: Target;
  /** Before the image is built its digest is empty. */
  release: Release;
  /** A rollback goes to an older version on purpose. */
  verb: DeployRequest["verb"];
  service: Service;
  /** The task definition as it would be registered. */
  next: JsonObject;
  /** How many tasks the service is to run. */
  desiredCount: number;
  deployments: ReadableDeployments;
  /** Whether a deployment of the service has completed, as far back as ECS tells. */
  hasCompleted: Known<boolean>;
  /** What the service is set to now. */
  running: Running;
  /** The repository of ECR that the release's image is in. */
  place: ImagePlace | { unknown: string };
  /** Settings of that repository. */
  repository: Known<RepositoryFacts>;
  /** Absent before the image is built; its value is `undefined` when ECR does not have the digest. */
  image?: Known<ImageFacts | undefined>;
  /** The platforms of the image, such as `linux/amd64`; before it is built, the one that it is built for. */
  platforms: Known<string[]>;
  /** The images of the next revision's other containers, as far as they are in the registry's region of ECR. */
  otherImages: ContainerImage[];
  /** The revision that the service returns to when this deploy fails; its value is `undefined` where there is none. */
  wayBack: Known<RollbackRevision | undefined>;
  /** How many findings the scan has for each severity; absent where there is no scan and none is configured. */
  scan?: Known<Record<string, number>>;
  /** The severity from which on findings stop a deploy. */
  scanSeverity: Severity;
  roles: RoleFacts[];
  secrets: SecretFacts[];
  logGroups: LogGroupFacts[];
  /** Without those that the service names and that are not there. */
  targetGroups: Known<TargetGroup[]>;
}

/** An image that a container names. */
export interface ContainerImage {
  container: string;
  image: string;
  /** Its value is `undefined` when ECR does not have it. */
  state: Known<ImageFacts | undefined>;
}

/** A revision that has completed, with the images that its tasks are started from. */
export interface RollbackRevision {
  /** ARN of the revision. */
  taskDefinition: string;
  /** As the revision names it; absent where it names none. */
  version?: string;
  images: ContainerImage[];
}

export interface RoleFacts {
  /** Its ARN, or its name where the task definition has only that. */
  role: string;
  /** What it is for: `execution role`, `task role`. */
  uses: string[];
  state: Known<RoleState>;
}

export type RoleState = "missing" | "trusts-ecs" | "does-not-trust-ecs";

export interface SecretFacts {
  /** What takes it, such as `DB of app`. */
  taker: string;
  /** As the task definition has it. */
  valueFrom: string;
  store: SecretPlace["store"];
  state: Known<SecretState>;
}

export type SecretState = "there" | "missing" | "being-deleted" | "no-such-version";

export interface LogGroupFacts {
  container: string;
  group: string;
  region: string;
  exists: Known<boolean>;
}

/** From the worst on: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFinding.html */
export const severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"] as const;
export type Severity = (typeof severities)[number];
