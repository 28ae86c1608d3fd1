import type { PlatformImage } from "../../../aws/image-platforms.js";
import { abort, sdk } from "../../../aws/sdk.js";
import { tryRead } from "../../../aws/try-read.js";
import type { Readable } from "../../../common/readable.js";
import { platformOf } from "../../../ecs/containers.js";
import { ecrOf, type RepositoryFacts } from "../../../ecs/ecr-images.js";
import type { ImagePlace } from "../../../ecs/image-place.js";
import type { Session } from "../../session.js";
import { error, notRead, type Finding as TopicFinding } from "../finding.js";
import { severities } from "../scan-severity.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";

const ids = ["scan-findings"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

export interface ScanFacts {
  /** Number of the scan's findings by severity; absent where there is no scan and none is configured. */
  scan?: Readable<Counts>;
}

async function read({ session, release, next, place, repository, ...reads }: SharedReads): Promise<ScanFacts> {
  if (reads.unbuilt || "unknown" in place) return {};
  const found = await reads.platformImages();
  const images = "value" in found ? found.value : [];
  const scanned = { place, digest: release.digest, images, platform: platformOf(next), repository };
  const scan = await readScan(session, scanned);
  return scan ? { scan } : {};
}

type Counts = Record<string, number>;

/** The image whose scan is read, and its repository. */
export interface Scanned {
  place: ImagePlace;
  digest: string;
  /** Images behind the digest of an index: ECR scans these and not the index. */
  images: readonly PlatformImage[];
  /** The platform that the task runs on. */
  platform: string;
  repository: Readable<RepositoryFacts>;
}

/**
 * Reads the number of findings of each severity in the scan of an image, from any source: the repository's scan on push, the registry's
 * basic scanning, Amazon Inspector's enhanced scanning, or a manual scan. An unfinished scan is unknown.
 * @returns undefined where there is no scan and none is configured.
 */
export async function readScan(session: Session, scanned: Scanned): Promise<Readable<Counts> | undefined> {
  const found = await findScan(session, scanned);
  if (found && "value" in found) return found;
  const configured = await isConfigured(session, scanned);
  if ("value" in configured && !configured.value) return undefined;
  if (found) return found;
  return "value" in configured
    ? { unknown: "ECR has no scan of it, though its repository is scanned" }
    : {
        unknown: `ECR has no scan of it, and whether its repository is scanned could not be read (${configured.unknown})`,
      };
}

/** @returns undefined where ECR has no scan, neither of the digest nor, behind an index, of the platform's image. */
async function findScan(session: Session, { place, digest, images, platform }: Scanned) {
  const found = await findingsOf(session, place, digest);
  const behind = images.find((one) => one.platform === platform && one.digest !== digest)?.digest;
  if (!behind || (found && "value" in found)) return found;
  return (await findingsOf(session, place, behind)) ?? found;
}

/** @returns undefined where ECR has no scan of it. */
async function findingsOf(session: Session, place: ImagePlace, digest: string): Promise<Readable<Counts> | undefined> {
  const read = await tryRead(describeFindings(session, place, digest), session.signal);
  if ("unknown" in read) return read;
  return read.value && { value: read.value };
}

/** Basic scanning ends with COMPLETE; enhanced scanning continues with ACTIVE. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html */
const finished: ReadonlySet<string> = new Set(["COMPLETE", "ACTIVE"]);

async function describeFindings(session: Session, place: ImagePlace, digest: string): Promise<Counts | undefined> {
  const { registryId, repositoryName } = place;
  const command = new sdk.ecr.DescribeImageScanFindingsCommand({
    registryId,
    repositoryName,
    imageId: { imageDigest: digest },
    maxResults: 1,
  });
  const ecr = await ecrOf(session, place);
  try {
    const answer = await ecr.send(command, abort(session));
    const { status = "unknown", description } = answer.imageScanStatus ?? {};
    // The counts are those of all findings, whichever page is read.
    const counts = answer.imageScanFindings?.findingSeverityCounts;
    if (finished.has(status) && counts) return counts as Counts;
    const state = finished.has(status) ? `${status} and has no counts of findings` : status;
    throw new Error(`the scan is ${state}${description ? ` (${description})` : ""}`);
  } catch (error) {
    if (absent.has((error as Error).name)) return undefined;
    throw error;
  }
}

const absent: ReadonlySet<string> = new Set([
  "ScanNotFoundException",
  "ImageNotFoundException",
  "RepositoryNotFoundException",
]);

/** Reads whether the repository's images are scanned, by its own setting or by a rule of the registry. */
async function isConfigured(session: Session, { place, repository }: Scanned): Promise<Readable<boolean>> {
  if ("value" in repository && repository.value.scanOnPush) return { value: true };
  // The operation takes no account: it reads the caller's own registry.
  if (place.registryId !== session.target.account) {
    return { unknown: `the registry is that of account ${place.registryId}` };
  }
  return await tryRead(readConfiguration(session, place), session.signal);
}

/** The returned configuration is the result of the registry's rules and their filters. */
async function readConfiguration(session: Session, place: ImagePlace): Promise<boolean> {
  const { repositoryName } = place;
  const command = new sdk.ecr.BatchGetRepositoryScanningConfigurationCommand({ repositoryNames: [repositoryName] });
  const ecr = await ecrOf(session, place);
  const answer = await ecr.send(command, abort(session));
  const [found] = answer.scanningConfigurations ?? [];
  if (!found) throw new Error(answer.failures?.[0]?.failureReason ?? "ECR names no configuration of the repository");
  return found.scanOnPush === true || (found.scanFrequency ?? "MANUAL") !== "MANUAL";
}

/** Checks that no scan of the image has findings of the chosen severity or worse. */
export function scan({ scan, scanSeverity, release }: BaseFacts & ScanFacts): Finding[] {
  if (!scan) return [];
  if ("unknown" in scan) {
    return notRead(
      "scan-findings",
      `The findings of a scan of ${release.version} could not be read: ${scan.unknown}.`,
      "Wait for the scan's end, or allow ecr:DescribeImageScanFindings and ecr:BatchGetRepositoryScanningConfiguration on the repository.",
    );
  }
  const counted = severities
    .slice(0, severities.indexOf(scanSeverity) + 1)
    .map((severity) => ({ severity, count: scan.value[severity] ?? 0 }))
    .filter(({ count }) => count > 0);
  if (counted.length === 0) return [];
  return error(
    "scan-findings",
    `The scan of ${release.version} has found ${counted.map(({ severity, count }) => `${count} ${severity}`).join(", ")}.`,
    `Build a new version on a newer base image. List the findings: aws ecr describe-image-scan-findings --image-id imageDigest=${release.digest} …`,
  );
}

export const imageScanTopic = { ids, read, judge: scan };
