import type { JsonObject } from "../../../aws/raw-task-definition.js";
import { fixOf, type Readable } from "../../../common/readable.js";
import { platformOf } from "../../../ecs/containers.js";
import { isOnFargate } from "../fargate.js";
import { error, notRead, type Finding as TopicFinding } from "../finding.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";
import type { ImagesFacts } from "./images.js";

const ids = ["wrong-platform"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

export interface PlatformFacts {
  /** The platforms of the image, such as `linux/amd64`; before it is built, the one that it is built for. */
  platforms: Readable<string[]>;
}

async function read({ unbuilt, platformImages }: SharedReads): Promise<PlatformFacts> {
  if (unbuilt) return { platforms: { value: [unbuilt.platform] } };
  const images = await platformImages();
  return { platforms: "value" in images ? { value: images.value.map(({ platform }) => platform) } : images };
}

/** Checks that the image, or one of its index, is for the platform that the task runs on. */
export function platform({
  image,
  platforms,
  next,
  service,
  release,
}: BaseFacts & Pick<ImagesFacts, "image"> & PlatformFacts): Finding[] {
  const wanted = platformOf(next);
  if ("unknown" in platforms) {
    return notRead(
      "wrong-platform",
      `Whether the image is for ${wanted} could not be read: ${platforms.unknown}.`,
      fixOf(platforms.unknown, "Allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository."),
    );
  }
  if (platforms.value.includes(wanted)) return [];
  const isNamed = (next.runtimePlatform as JsonObject | undefined)?.cpuArchitecture !== undefined;
  if (!isNamed && !isOnFargate(next, service)) {
    return notRead(
      "wrong-platform",
      `The image is for ${platforms.value.join(", ") || "no platform"}, and the task definition does not name the platform of its instances.`,
      "Set runtimePlatform in the task definition.",
    );
  }
  return error(
    "wrong-platform",
    `The image is for ${platforms.value.join(", ") || "no platform"}, and the task runs on ${wanted}.`,
    // A published version keeps its image.
    `${image ? "Publish a new version" : `Build ${release.version}`} for ${wanted} ("platform" in the target, or --platform), or change runtimePlatform in the task definition.`,
  );
}

export const platformTopic = { ids, read, judge: platform };
