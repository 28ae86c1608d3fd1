import { withDescribedErrors } from "../../aws/describe-error.js";
import { REFUSED, SlipwayError } from "../../common/errors.js";
import { LostAnswer } from "../calls/send-once.js";
import { verdicts } from "../verdicts.js";

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
    `SUPERSEDED: service "${service}" was set to ${primary} by another deployment, and no rollout of ${ours} is listed: none began, or it was replaced at once. Run history and status, then deploy again with another run id.`,
  );
}
