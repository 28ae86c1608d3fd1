import { placeOf } from "../../lib/ecs/image-place.js";
import type { Finding } from "../../lib/rollout/preflight/finding.js";
import type { PreflightFacts } from "../../lib/rollout/preflight/topics.js";
import { oldDigest, release, repository, revisionArn, target } from "./scripted-ecs.js";

/** Returns facts without findings, changed by `more`. */
export function facts(more: Partial<PreflightFacts> = {}): PreflightFacts {
  return {
    target,
    place: placeOf(more.target ?? target),
    release,
    verb: "deploy",
    otherImages: [],
    rollbackRevision: { value: undefined },
    service: {
      serviceArn: `arn:aws:ecs:us-west-2:123456789012:service/${target.cluster}/${target.service}`,
      deployments: [{ id: "ecs-svc/1", status: "PRIMARY", rolloutState: "COMPLETED", taskDefinition: revisionArn(7) }],
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    },
    next: { family: "service", containerDefinitions: [{ name: "app" }] },
    desiredCount: 1,
    deployments: { listed: [] },
    hasCompleted: { value: true },
    running: {
      taskDefinition: revisionArn(7),
      image: `${repository}@${oldDigest}`,
      digest: oldDigest,
      version: "v1.0.0",
    },
    repository: { value: { uri: repository, tagMutability: "IMMUTABLE", exclusions: [], scanOnPush: true } },
    image: { value: { tags: ["v1.1.0"], status: "ACTIVE", size: 1_000_000, pushedAt: 0 } },
    platforms: { value: ["linux/amd64"] },
    scan: { value: {} },
    scanSeverity: "CRITICAL",
    roles: [],
    secrets: [],
    targetGroups: { value: [] },
    shifts: [],
    shiftRoles: [],
    hookFunctions: [],
    alarms: { value: new Map() },
    scaling: { value: undefined },
    rooms: { value: undefined },
    vcpus: { value: {} },
    targets: { value: undefined },
    logGroups: [{ container: "app", group: "/app", region: "us-west-2", exists: { value: true } }],
    ...more,
  };
}

/** Returns the findings of a check as "level id". */
export const inShort = (findings: Finding[]) => findings.map(({ id, level }) => `${level} ${id}`);
