import { InputError, SlipwayError } from "../errors.js";

/** ECS answered with a refusal: the service is as it was. Exit code 2. */
export function refused(operation: string, cause: Error): Error {
  const isOfAws = "$fault" in cause;
  if (cause instanceof SlipwayError || !isOfAws) return cause;
  return new InputError(
    "refused-by-ecs",
    `ECS refused ${operation}: ${cause.message} (${cause.name}). The service is as it was.`,
    { cause },
  );
}

/** No answer to a call that changes something: whether it was executed is not known. Exit code 1. */
export function unanswered(operation: string, cause: Error): SlipwayError {
  return new SlipwayError(
    "unanswered",
    1,
    `ECS did not answer ${operation} (${cause.name}: ${cause.message}), so whether it was executed is not known. Run the same command again: it looks at what is there first.`,
    { cause },
  );
}
