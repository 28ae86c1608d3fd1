import { lastPartOf } from "../../model/ecs-arns.js";
import type { EcsState, TaskDefinitionRecord } from "../../model/ecs-state.js";
import { invalidParameter } from "../common/ecs-errors.js";
import { tryFindTaskDefinition } from "../common/find-resources.js";
import type { Caller, JsonObject, OperationContext } from "../common/operation-context.js";
import { textsIn } from "../common/operation-context.js";
import { definitionView } from "./task-definition-document.js";

const AT_ONCE = 10;

/** Marks inactive revisions for deletion. The scheduler deletes them when no task and no service references them. */
export const deleteTaskDefinitions =
  (api: OperationContext) =>
  (input: JsonObject, caller: Caller): JsonObject => {
    const references = textsIn(input, "taskDefinitions");
    if (references.length === 0)
      throw invalidParameter("size of TaskDefinition references list must be greater than 0");
    if (references.length > AT_ONCE)
      throw invalidParameter(`Size of TaskDefinition references list cannot exceed ${AT_ONCE}`);
    return api.scheduler.change(({ state, index, now }) => {
      const deleted: TaskDefinitionRecord[] = [];
      const failures: JsonObject[] = [];
      for (const reference of references) {
        const found = deletable(state, caller, reference);
        if ("reason" in found) {
          failures.push({ arn: reference, reason: found.reason });
          continue;
        }
        found.status = "DELETE_IN_PROGRESS";
        found.deleteRequestedAt ??= now;
        index.deleting.add(found);
        deleted.push(found);
      }
      return { taskDefinitions: deleted.map(definitionView), failures };
    });
  };

/** Returns the revision, or ECS's reason why it can't be deleted. The texts are those of https://github.com/getmoto/moto. */
function deletable(state: EcsState, caller: Caller, reference: string): TaskDefinitionRecord | { reason: string } {
  if (!/^[a-zA-Z0-9_-]+:\d+$/.test(lastPartOf(reference))) {
    return {
      reason: "The specified task definition identifier is invalid. Specify a valid name or ARN and try again.",
    };
  }
  const record = tryFindTaskDefinition(state, caller, reference);
  if (record === undefined) {
    return {
      reason: "The specified task definition does not exist. Specify a valid account, family, revision and try again.",
    };
  }
  if (record.status !== "ACTIVE") return record;
  return {
    reason: "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
  };
}
