import type { Service } from "@aws-sdk/client-ecs";
import { readPlatforms } from "../../aws/image-platforms.js";
import type { JsonObject } from "../../aws/raw.js";
import type { Running } from "../ecs/containers.js";
import { knowing } from "../ecs/knowing.js";
import type { KnownDeployments } from "../ecs/service-deployments.js";
import type { Release, Session } from "../release.js";
import { readTargetGroups } from "../watch/target-groups.js";
import type { Facts, Severity } from "./facts.js";
import { readCompleted } from "./gather-completed.js";
import { type ImagePlace, readImage, readRepository, readScan } from "./gather-image.js";
import { readLogGroups } from "./gather-logs.js";
import { readRoles } from "./gather-roles.js";
import { readSecrets } from "./gather-secrets.js";

/** What is about to be deployed, and on what. */
export interface Intention {
  release: Release;
  service: Service;
  deployments: KnownDeployments;
  /** What the service is set to now. */
  running: Running;
  /** The task definition as it would be registered. */
  next: JsonObject;
  desiredCount: number;
  scanSeverity: Severity;
}

/** Reads what the checks need to know. Changes nothing, and never fails for want of a permission. */
export async function gather(session: Session, intention: Intention): Promise<Facts> {
  const { aws, target, signal } = session;
  const { digest } = intention.release;
  const place = { registryId: target.registry?.account ?? target.account, repositoryName: target.repository };
  const [hasCompleted, repository, image, platforms, roles, secrets, logGroups, targetGroups] = await Promise.all([
    readCompleted(session, intention.service, intention.deployments),
    knowing(readRepository(session, place), signal),
    knowing(readImage(session, place, digest), signal),
    knowing(readPlatforms(aws, place, digest, signal), signal),
    readRoles(session, intention.next),
    readSecrets(session, intention.next),
    readLogGroups(session, intention.next),
    readTargetGroups(session, intention.service),
  ]);
  const scan = await scanned(session, repository, place, digest);
  const read = { hasCompleted, repository, image, platforms, roles, secrets, logGroups, targetGroups };
  return { ...intention, target, ...read, ...(scan && { scan }) };
}

/** @returns undefined where the repository does not scan on push. */
async function scanned(session: Session, repository: Facts["repository"], place: ImagePlace, digest: string) {
  if ("unknown" in repository) return { unknown: `whether it does could not be read: ${repository.unknown}` };
  return repository.value.scanOnPush ? await knowing(readScan(session, place, digest), session.signal) : undefined;
}
