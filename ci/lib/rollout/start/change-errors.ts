import { withDescribedErrors } from "../../aws/describe-error.js";
import { InputError, REFUSED, SlipwayError, UNEXPECTED } from "../../common/errors.js";
import { neutral } from "../../common/foreign-text.js";
import { verdicts } from "../verdicts.js";

/** Error for a call that ECS refused: the service was not changed. Exit code 2. */
export function refused(operation: string, cause: Error): Error {
  const isOfAws = "$fault" in cause;
  if (cause instanceof SlipwayError || !isOfAws) return cause;
  return new InputError(
    "refused-by-ecs",
    `ECS refused ${operation}: ${neutral(cause.message)} (${cause.name}). The service is as it was.`,
    { cause },
  );
}

/** Error for a changing call without an answer: it may have been executed. Exit code 1. */
export class LostAnswer extends SlipwayError {
  override readonly name = "LostAnswer";
  constructor(operation: string, cause: Error) {
    super(
      "unanswered",
      UNEXPECTED,
      `ECS did not answer ${operation} (${cause.name}: ${neutral(cause.message)}), so whether it was executed is not known. Run the same command again: it looks at what is there first.`,
      { cause },
    );
  }
}

/**
 * Wraps errors of changing calls before UpdateService: even after a lost answer the service is not changed.
 * @throws SlipwayError with exit code 2.
 */
export async function beforeUpdate<T>(work: Promise<T>): Promise<T> {
  try {
    return await withDescribedErrors(work);
  } catch (error) {
    if (!(error instanceof LostAnswer)) throw error;
    throw new SlipwayError(error.code, REFUSED, `${error.message} The service was not changed.`, { cause: error });
  }
}

/** Error for a concurrent deployment between our registration and our rollout. Exit code 5. */
export function supersededBeforeStart(service: string, ours: string, primary: string): SlipwayError {
  return new SlipwayError(
    "superseded",
    verdicts.superseded.exitCode,
    `SUPERSEDED: service "${service}" is set to ${primary} by somebody else, and no rollout of ${ours} can be seen: none began, or it was replaced at once. See with history and status what runs, and deploy again with another run id.`,
  );
}
