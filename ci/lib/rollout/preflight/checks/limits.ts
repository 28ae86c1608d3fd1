import { objects } from "../../../ecs/containers.js";
import { revisionTag } from "../../../ecs/revision-tags.js";
import { deployTasksOf, overridesOf } from "../../tasks/deploy-task.js";
import type { PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** The next revision keeps inside ECS's limits, which RegisterTaskDefinition and RunTask would find out only after the build. */
export function limits(facts: PreflightFacts): Finding[] {
  return [...tagLimits(facts), ...sizeLimit(facts), ...imageLength(facts), ...commandLimit(facts)];
}

/** Tags of one resource, those of AWS not counted, and characters of a value: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html */
const mostTags = 50;
const longestValue = 256;

function tagLimits({ next, target, running }: PreflightFacts): Finding[] {
  const carried = objects(next.tags).filter(({ key }) => !/^(aws|slipway):/i.test(String(key))).length;
  const own = ownTags(target);
  const fix = "Remove tags from the current revision (aws ecs untag-resource), or move them to the service.";
  if (carried + own > mostTags) {
    return [
      {
        id: "too-many-tags",
        level: "error",
        what: `The task definition has ${carried} tags, and a deploy adds ${own} of its own: ECS takes ${mostTags}.`,
        fix: `${fix} ${carried + own - mostTags} must go.`,
      },
    ];
  }
  if (running.taskDefinition.length <= longestValue) return [];
  return [
    {
      id: "too-many-tags",
      level: "error",
      what: `The ARN of the current revision has ${running.taskDefinition.length} characters, and a deploy keeps it as a tag, whose value takes ${longestValue}.`,
      fix: "Use a task definition family with a shorter name.",
    },
  ];
}

/** Tags that a deploy writes to its revision at the most; the note of an early stop is left out where there is no room. */
function ownTags(target: PreflightFacts["target"]): number {
  const { because: _, stopped: __, probe: ___, ...always } = revisionTag;
  return Object.keys(always).length + (target.url === undefined ? 0 : 1) + deployTasksOf(target).length;
}

/** https://docs.aws.amazon.com/general/latest/gr/ecs-service.html */
const largestDefinition = 64 * 1024;

function sizeLimit({ next: { tags: _, ...definition } }: PreflightFacts): Finding[] {
  const size = Buffer.byteLength(JSON.stringify(definition));
  if (size <= largestDefinition) return [];
  return [
    {
      id: "definition-too-large",
      level: "error",
      what: `The task definition would have ${size} bytes: ECS takes ${largestDefinition}.`,
      fix: "Move large variables to Secrets Manager, Parameter Store or an environment file in S3, and large commands into the image.",
    },
  ];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const longestImage = 255;

function imageLength({ release: { image } }: PreflightFacts): Finding[] {
  if (image.length <= longestImage) return [];
  return [
    {
      id: "image-name-too-long",
      level: "error",
      what: `The image's name with its digest has ${image.length} characters: ECS takes ${longestImage}.`,
      fix: "Use a repository with a shorter name.",
    },
  ];
}

/** Characters of RunTask's overrides, their JSON included: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html */
const longestOverrides = 8192;

function commandLimit({ target }: PreflightFacts): Finding[] {
  return deployTasksOf(target).flatMap((oneOff) => {
    const { length } = JSON.stringify(overridesOf(target, oneOff));
    if (length <= longestOverrides) return [];
    return [
      {
        id: "command-too-long" as const,
        level: "error" as const,
        what: `The command of "${oneOff.when}" in the target makes overrides of ${length} characters: ECS takes ${longestOverrides}.`,
        fix: "Put the command into a script of the image, and name the script.",
      },
    ];
  });
}
