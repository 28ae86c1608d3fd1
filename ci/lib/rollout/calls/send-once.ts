import { describeError } from "../../aws/describe-error.js";
import { isThrottling, isUncertain } from "../../aws/errors.js";
import { InputError, SlipwayError, UNEXPECTED } from "../../common/errors.js";
import { neutral } from "../../common/foreign-text.js";
import type { Session } from "../session.js";
import { retry } from "./retry.js";

/**
 * Sends a call that must not be executed twice. Only a throttled call is retried, because it was not executed.
 * @throws LostAnswer when it may have been executed; InputError when ECS refuses it; SlipwayError when every retry is throttled.
 */
export function sendOnce<T>(session: Session, operation: string, send: () => Promise<T>): Promise<T> {
  return retry(session, operation, send, (error, times) => {
    if (isUncertain(error)) return new LostAnswer(operation, error);
    if (!isThrottling(error)) return refused(operation, error);
    return times > 5 ? describeError(error) : undefined;
  });
}

/** Error for a call that ECS refused: the service was not changed. Exit code 2. */
function refused(operation: string, cause: Error): Error {
  const isOfAws = "$fault" in cause;
  if (cause instanceof SlipwayError || !isOfAws) return cause;
  return new InputError(
    "refused-by-ecs",
    `ECS refused ${operation}: ${neutral(cause.message)} (${cause.name}). The service was not changed.`,
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
      `ECS did not answer ${operation} (${cause.name}: ${neutral(cause.message)}), so it is not known if the call was executed. Run the same command again: it reads the state first.`,
      { cause },
    );
  }
}
