import type { Service } from "@aws-sdk/client-ecs";
import type { JsonObject } from "../../aws/raw.js";
import type { Target } from "../../target.js";
import type { Release } from "../release.js";
import type { KnownDeployments } from "../service-deployments.js";

/** What was read, or why it could not be. */
export type Known<T> = { value: T } | { unknown: string };

/** Everything that the checks of the pre-flight judge; they read nothing themselves. */
export interface Facts {
  target: Target;
  release: Release;
  service: Service;
  /** The task definition as it would be registered. */
  next: JsonObject;
  /** How many tasks the service is to run. */
  desiredCount: number;
  deployments: KnownDeployments;
  repository: Known<RepositoryFacts>;
  /** `undefined` when ECR does not have the digest. */
  image: Known<ImageFacts | undefined>;
  /** The platforms of the image, such as `linux/amd64`. */
  platforms: Known<string[]>;
  /** How many findings the scan has for each severity; absent where the repository does not scan on push. */
  scan?: Known<Record<string, number>>;
  /** The severity from which on findings stop a deploy. */
  scanSeverity: Severity;
  logGroups: LogGroupFacts[];
}

export interface RepositoryFacts {
  uri: string;
  /** MUTABLE, IMMUTABLE, or one of them WITH_EXCLUSION. */
  tagMutability: string;
  scanOnPush: boolean;
}

export interface ImageFacts {
  tags: string[];
  /** ACTIVE, ARCHIVED or ACTIVATING; ACTIVE where ECR does not tell. */
  status: string;
  /** Compressed, in bytes; absent for an index. */
  size?: number;
  /** Milliseconds since the epoch. */
  pushedAt?: number;
}

export interface LogGroupFacts {
  container: string;
  group: string;
  region: string;
  exists: Known<boolean>;
}

/** From the worst on: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFinding.html */
export const severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"] as const;
export type Severity = (typeof severities)[number];
