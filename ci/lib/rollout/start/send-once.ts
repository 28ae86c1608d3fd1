import { describeError } from "../../aws/describe-error.js";
import { isThrottling, isUncertain } from "../../aws/errors.js";
import type { Session } from "../session.js";
import { backoff } from "../watch/poll-interval.js";
import { LostAnswer, refused } from "./change-errors.js";

/**
 * Sends a call that must not be executed twice. Only a throttled call is retried, because it was not executed.
 * @throws LostAnswer when it may have been executed; InputError when ECS refuses it; SlipwayError when every retry is throttled.
 */
export async function sendOnce<T>(session: Session, operation: string, send: () => Promise<T>): Promise<T> {
  for (let times = 1; ; times++) {
    try {
      return await send();
    } catch (error) {
      session.signal?.throwIfAborted();
      if (isUncertain(error)) throw new LostAnswer(operation, error as Error);
      if (!isThrottling(error)) throw refused(operation, error as Error);
      if (times > 5) throw describeError(error);
      session.progress(`ECS asks for fewer calls: ${operation} is sent again in ${backoff(times) / 1000} s.`);
      await session.clock.sleep(backoff(times), session.signal);
    }
  }
}
