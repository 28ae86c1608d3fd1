import { withDescribedErrors } from "../../aws/describe-error.js";
import { InputError, SlipwayError } from "../../common/errors.js";
import { neutral } from "../../common/foreign-text.js";

/** ECS answered with a refusal: the service is as it was. Exit code 2. */
export function refused(operation: string, cause: Error): Error {
  const isOfAws = "$fault" in cause;
  if (cause instanceof SlipwayError || !isOfAws) return cause;
  return new InputError(
    "refused-by-ecs",
    `ECS refused ${operation}: ${neutral(cause.message)} (${cause.name}). The service is as it was.`,
    { cause },
  );
}

/** No answer to a call that changes something: whether it was executed is not known. Exit code 1. */
export class LostAnswer extends SlipwayError {
  override readonly name = "LostAnswer";
  constructor(operation: string, cause: Error) {
    super(
      "unanswered",
      1,
      `ECS did not answer ${operation} (${cause.name}: ${neutral(cause.message)}), so whether it was executed is not known. Run the same command again: it looks at what is there first.`,
      { cause },
    );
  }
}

/**
 * For calls that change something before the service is changed: also a lost answer is an error that leaves the service as it is.
 * @throws SlipwayError with exit code 2.
 */
export async function beforeUpdate<T>(work: Promise<T>): Promise<T> {
  try {
    return await withDescribedErrors(work);
  } catch (error) {
    if (!(error instanceof LostAnswer)) throw error;
    throw new SlipwayError(error.code, 2, `${error.message} The service was not changed.`, { cause: error });
  }
}

/** Somebody else's deployment came between our registration and our rollout. Exit code 5. */
export function supersededBeforeStart(service: string, ours: string, primary: string): SlipwayError {
  return new SlipwayError(
    "superseded",
    5,
    `SUPERSEDED: service "${service}" is set to ${primary} by somebody else, and no rollout of ${ours} can be seen: none began, or it was replaced at once. See with history and status what runs, and deploy again with another run id.`,
  );
}
