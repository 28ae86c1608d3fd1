import type { Service } from "@aws-sdk/client-ecs";
import { readPlatforms } from "../../aws/image-platforms.js";
import type { JsonObject } from "../../aws/raw.js";
import type { Release, Session } from "../release.js";
import type { KnownDeployments } from "../service-deployments.js";
import type { Facts, Severity } from "./facts.js";
import { readImage, readRepository, readScan } from "./gather-image.js";
import { readLogGroups } from "./gather-logs.js";
import { knowing } from "./knowing.js";

/** What is about to be deployed, and on what. */
export interface Intention {
  release: Release;
  service: Service;
  deployments: KnownDeployments;
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
  const [repository, image, platforms, logGroups] = await Promise.all([
    knowing(readRepository(session, place), signal),
    knowing(readImage(session, place, digest), signal),
    knowing(readPlatforms(aws, place, digest, signal), signal),
    readLogGroups(session, intention.next),
  ]);
  const scansOnPush = "value" in repository && repository.value.scanOnPush;
  const scan = scansOnPush ? await knowing(readScan(session, place, digest), signal) : undefined;
  return { ...intention, target, repository, image, platforms, logGroups, ...(scan && { scan }) };
}
