import { arnPrefix } from "../model/ecs-arns.js";
import type { EcsState, Tag } from "../model/ecs-state.js";
import { objects } from "../model/task-definition-json.js";
import { clientException, clusterNotFound, invalidParameter, serviceNotFound } from "./common/ecs-errors.js";
import type { Caller, JsonObject, OperationContext, Operations } from "./common/operation-context.js";
import { textIn, textsIn } from "./common/operation-context.js";

const MAX_TAGS = 50;
/** Keys of tags that AWS manages; they don't count. */
const RESERVED = /^aws:/i;
const reserved = () => invalidParameter("Tag keys must not start with 'aws:', which is reserved.");

export const tagOperations: Operations = (api) => ({
  TagResource: (input, caller) => {
    const arn = resourceOf(api, caller, input);
    const added = checkedTags(input);
    api.scheduler.change(({ state }) => {
      const keys = new Set(added.map((tag) => tag.key));
      const tags = [...(state.tags[arn] ?? []).filter((tag) => !keys.has(tag.key)), ...added];
      if (tags.filter((tag) => !RESERVED.test(tag.key)).length > MAX_TAGS)
        throw invalidParameter(`The maximum number of tags a resource can have is ${MAX_TAGS}.`);
      state.tags[arn] = tags;
    });
    return {};
  },
  UntagResource: (input, caller) => {
    const arn = resourceOf(api, caller, input);
    const keys = textsIn(input, "tagKeys");
    if (keys.some((key) => RESERVED.test(key))) throw reserved();
    const removed = new Set(keys);
    api.scheduler.change(({ state }) => {
      state.tags[arn] = (state.tags[arn] ?? []).filter((tag) => !removed.has(tag.key));
    });
    return {};
  },
  ListTagsForResource: (input, caller) => ({ tags: tagsOf(api.scheduler.state, resourceOf(api, caller, input)) }),
});

/** Returns a request's `tags` after a check of ECS's rules. */
export function checkedTags(input: JsonObject): Tag[] {
  const tags = objects(input.tags).map((tag) => ({ key: String(tag.key ?? ""), value: String(tag.value ?? "") }));
  if (tags.length > MAX_TAGS) throw invalidParameter(`The maximum number of tags a resource can have is ${MAX_TAGS}.`);
  for (const { key, value } of tags) {
    if (key === "" || key.length > 128) throw invalidParameter("Tag keys must be between 1 and 128 characters long.");
    if (value.length > 256) throw invalidParameter("Tag values must not be longer than 256 characters.");
    if (RESERVED.test(key)) throw reserved();
  }
  if (new Set(tags.map((tag) => tag.key)).size < tags.length) throw invalidParameter("Duplicate tag keys found.");
  return tags;
}

/** Returns the tags of a resource as the API returns them. */
export const tagsOf = (state: EcsState, arn: string): JsonObject[] =>
  (state.tags[arn] ?? []).map((tag) => ({ ...tag }));

function resourceOf(api: OperationContext, caller: Caller, input: JsonObject): string {
  const arn = textIn(input, "resourceArn") ?? "";
  const kind = arn.startsWith(arnPrefix(caller)) ? arn.split(":")[5]?.split("/")[0] : undefined;
  const { state } = api.scheduler;
  switch (kind) {
    case "cluster":
      if (state.clusters[arn]?.status !== "ACTIVE") throw clusterNotFound();
      return arn;
    case "service":
      if (state.services[arn] === undefined) throw serviceNotFound();
      return arn;
    case "task-definition":
      if (state.taskDefinitions[arn] === undefined)
        throw clientException("The specified task definition was not found.");
      return arn;
    case "container-instance":
      if (state.containerInstances[arn] === undefined)
        throw invalidParameter("The specified container instance is not found.");
      return arn;
    case "task":
      if (state.tasks[arn] === undefined) throw invalidParameter("The specified task is not found.");
      return arn;
    default:
      throw invalidParameter("Invalid resource ARN.");
  }
}
