import { InputError } from "../../common/errors.js";
import { choices } from "../../common/name-suggestions.js";
import type { AllowedActions } from "../fail-fast/fail-fast.js";

/** The user's options for the time limit of a rollout, and for the actions during it and at the limit. */
export interface WaitArguments {
  timeoutMinutes?: number | undefined;
  onTimeout?: string | undefined;
  noEarlyStop?: boolean | undefined;
}
export interface WaitOptions {
  /** Absent when the limit is computed from the service's settings. */
  timeoutMs?: number;
  permitted: AllowedActions;
}

const endings = ["leave", "rollback"] as const;
/** A day: longer than any session of AWS credentials. */
const mostMinutes = 24 * 60;

/** @throws InputError for values that are not accepted. */
export function parseWaitOptions({
  timeoutMinutes,
  onTimeout = "leave",
  noEarlyStop = false,
}: WaitArguments): WaitOptions {
  const ending = endings.find((one) => one === onTimeout);
  if (!ending) {
    throw new InputError(
      "bad-on-timeout",
      `--on-timeout is ${JSON.stringify(onTimeout)}. ${choices(onTimeout, endings).suggestion}Accepted: leave (the rollout goes on in ECS) or rollback.`,
    );
  }
  const permitted: AllowedActions = { earlyStop: !noEarlyStop, onTimeout: ending };
  if (timeoutMinutes === undefined) return { permitted };
  if (Number.isInteger(timeoutMinutes) && timeoutMinutes >= 1 && timeoutMinutes <= mostMinutes) {
    return { timeoutMs: timeoutMinutes * 60_000, permitted };
  }
  throw new InputError(
    "bad-timeout",
    `--timeout-minutes is ${timeoutMinutes}. Accepted: a whole number from 1 to ${mostMinutes}.`,
  );
}
