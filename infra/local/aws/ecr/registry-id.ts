import { partitionOf } from "../partition.js";
import { text, texts } from "../protocol/input.js";
import { AwsError, type Caller, type JsonObject, type Operation } from "../protocol/service.js";
import { invalidParameter, repositoryNotFound } from "./errors.js";

/**
 * Wraps operations to check `registryId` first. Other accounts have no repositories: a named repository is not found, and other calls are
 * denied, as on AWS without a registry policy that allows them.
 */
export function inOwnRegistry(operations: Record<string, Operation>): Record<string, Operation> {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]): [string, Operation] => [
      name,
      (input, caller) => {
        checkRegistry(name, input, caller);
        return operation(input, caller);
      },
    ]),
  );
}

function checkRegistry(operation: string, input: JsonObject, caller: Caller): void {
  const registryId = text(input, "registryId");
  if (registryId === undefined || registryId === caller.accountId) return;
  if (!/^\d{12}$/.test(registryId)) throw invalidParameter("registryId", "must satisfy regular expression '[0-9]{12}'");
  const named = text(input, "repositoryName") ?? texts(input, "repositoryNames")?.[0];
  if (named !== undefined && operation !== "CreateRepository") throw repositoryNotFound(named, registryId);
  const resource = `arn:${partitionOf(caller.region)}:ecr:${caller.region}:${registryId}:repository/${named ?? "*"}`;
  throw new AwsError(
    "AccessDeniedException",
    `User: ${caller.arn} is not authorized to perform: ecr:${operation} on resource: ${resource} because no resource-based policy allows the ecr:${operation} action`,
  );
}
