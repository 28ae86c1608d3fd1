import type { JsonObject } from "../../../aws/raw-task-definition.js";
import { fixOf } from "../../../aws/try-read.js";
import type { PreflightFacts } from "../facts.js";
import { isOnFargate } from "../fargate.js";
import type { Finding } from "../finding.js";

/** The image, or one in its index, is for the platform that the task runs on. */
export function platform({ image, platforms, next, service, release }: PreflightFacts): Finding[] {
  const wanted = platformOf(next);
  if ("unknown" in platforms) {
    return [
      {
        id: "wrong-platform",
        level: "not-checked",
        what: `Whether the image is for ${wanted} could not be read: ${platforms.unknown}.`,
        fix: fixOf(platforms.unknown, "Allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository."),
      },
    ];
  }
  if (platforms.value.includes(wanted)) return [];
  const isTold = (next.runtimePlatform as JsonObject | undefined)?.cpuArchitecture !== undefined;
  if (!isTold && !isOnFargate(next, service)) {
    return [
      {
        id: "wrong-platform",
        level: "not-checked",
        what: `The image is for ${platforms.value.join(", ") || "no platform"}, and the task definition does not say what its instances are.`,
        fix: "Set runtimePlatform in the task definition.",
      },
    ];
  }
  return [
    {
      id: "wrong-platform",
      level: "error",
      what: `The image is for ${platforms.value.join(", ") || "no platform"}, and the task runs on ${wanted}.`,
      // A version that is published keeps its image.
      fix: `${image ? "Publish a new version" : `Build ${release.version}`} for ${wanted} ("platform" in the target, or --platform), or change runtimePlatform in the task definition.`,
    },
  ];
}

/** Such as `linux/amd64`. What a task definition does not say is Linux on X86_64. */
export function platformOf(taskDefinition: JsonObject): string {
  const { cpuArchitecture = "X86_64", operatingSystemFamily = "LINUX" } = (taskDefinition.runtimePlatform ??
    {}) as Record<string, string>;
  const os = operatingSystemFamily.startsWith("WINDOWS") ? "windows" : "linux";
  return `${os}/${cpuArchitecture === "ARM64" ? "arm64" : "amd64"}`;
}
