import { objects } from "../../../ecs/containers.js";
import { revisionTag } from "../../../ecs/revision-tags.js";
import { deployTasksOf, overridesOf } from "../../tasks/deploy-task.js";
import { error, type Finding as TopicFinding } from "../finding.js";
import type { BaseFacts } from "../shared-reads.js";

const ids = ["too-many-tags", "definition-too-large", "image-name-too-long", "command-too-long"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** Checks the next revision against ECS's limits, which RegisterTaskDefinition and RunTask enforce only after the build. */
export function limits(facts: BaseFacts): Finding[] {
  return [...tagLimits(facts), ...sizeLimit(facts), ...imageLength(facts), ...commandLimit(facts)];
}

/** Tags of one resource, those of AWS not counted, and characters of a value: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html */
const mostTags = 50;
const longestValue = 256;

function tagLimits({ next, target, running, strategyChange }: BaseFacts): Finding[] {
  const carried = objects(next.tags).filter(({ key }) => !/^(aws|slipway):/i.test(String(key))).length;
  const own = ownTags({ target, ...(strategyChange && { strategyChange }) });
  const fix = "Remove tags from the current revision (aws ecs untag-resource), or move them to the service.";
  if (carried + own > mostTags) {
    return error(
      "too-many-tags",
      `The task definition has ${carried} tags, and a deploy adds ${own} of its own: ECS accepts ${mostTags}.`,
      `${fix} Remove at least ${carried + own - mostTags}.`,
    );
  }
  if (running.taskDefinition.length <= longestValue) return [];
  return error(
    "too-many-tags",
    `The ARN of the current revision has ${running.taskDefinition.length} characters, and a deploy keeps it as a tag, whose value has at most ${longestValue}.`,
    "Use a task definition family with a shorter name.",
  );
}

/** Returns the highest number of tags that a deploy writes to its revision; the run id and the note of a fail-fast stop are left out where there is no room. */
function ownTags({ target, strategyChange }: Pick<BaseFacts, "target" | "strategyChange">): number {
  const { because: _, stopped: __, probe: ___, run: ____, notified, restore, ...always } = revisionTag;
  const wanted = [...(strategyChange?.once ? [restore] : []), ...(target.notify?.length ? [notified] : [])];
  return Object.keys(always).length + wanted.length + (target.url === undefined ? 0 : 1) + deployTasksOf(target).length;
}

/** https://docs.aws.amazon.com/general/latest/gr/ecs-service.html */
const largestDefinition = 64 * 1024;

function sizeLimit({ next: { tags: _, ...definition } }: BaseFacts): Finding[] {
  const size = Buffer.byteLength(JSON.stringify(definition));
  if (size <= largestDefinition) return [];
  return error(
    "definition-too-large",
    `The task definition would have ${size} bytes: ECS accepts ${largestDefinition}.`,
    "Move large variables to Secrets Manager, Parameter Store or an environment file in S3, and large commands into the image.",
  );
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const longestImage = 255;

function imageLength({ release: { image } }: BaseFacts): Finding[] {
  if (image.length <= longestImage) return [];
  return error(
    "image-name-too-long",
    `The image's name with its digest has ${image.length} characters: ECS accepts ${longestImage}.`,
    "Use a repository with a shorter name.",
  );
}

/** Characters of RunTask's overrides, their JSON included: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html */
const longestOverrides = 8192;

function commandLimit({ target }: BaseFacts): Finding[] {
  return deployTasksOf(target).flatMap((task) => {
    const { length } = JSON.stringify(overridesOf(target, task));
    if (length <= longestOverrides) return [];
    return error(
      "command-too-long",
      `The command of "${task.when}" in the target makes overrides of ${length} characters: ECS accepts ${longestOverrides}.`,
      "Put the command into a script of the image, and name the script.",
    );
  });
}

export const limitsTopic = { ids, judge: limits };
