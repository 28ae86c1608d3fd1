import { InputError } from "../../common/errors.js";
import { choices } from "../../common/name-suggestions.js";
import type { AllowedActions } from "../fail-fast/fail-fast.js";

/** The user's options for the time limit of a rollout, and for the actions during it and at the limit. */
export interface WaitArguments {
  timeoutMinutes?: number | undefined;
  onTimeout?: string | undefined;
  noEarlyStop?: boolean | undefined;
  until?: string | undefined;
}
export interface WaitOptions {
  /** Absent when the limit is computed from the service's settings. */
  timeoutMs?: number;
  permitted: AllowedActions;
  /** Absent when the watch goes on to the end. */
  until?: "shifted";
}

const endings = ["leave", "rollback"] as const;
/** A day: longer than any session of AWS credentials. */
const mostMinutes = 24 * 60;

/** @throws InputError for values that are not accepted. */
export function parseWaitOptions({
  timeoutMinutes,
  onTimeout = "leave",
  noEarlyStop = false,
  until,
}: WaitArguments): WaitOptions {
  const ending = endings.find((one) => one === onTimeout);
  if (!ending) {
    throw new InputError(
      "bad-on-timeout",
      `--on-timeout is ${JSON.stringify(onTimeout)}. ${choices(onTimeout, endings).suggestion}Accepted: leave (the rollout goes on in ECS) or rollback.`,
    );
  }
  const permitted: AllowedActions = { earlyStop: !noEarlyStop, onTimeout: ending };
  const shared: WaitOptions = { permitted, ...(until !== undefined && { until: parseUntil(until) }) };
  if (timeoutMinutes === undefined) return shared;
  if (Number.isInteger(timeoutMinutes) && timeoutMinutes >= 1 && timeoutMinutes <= mostMinutes) {
    return { ...shared, timeoutMs: timeoutMinutes * 60_000 };
  }
  throw new InputError(
    "bad-timeout",
    `--timeout-minutes is ${timeoutMinutes}. Accepted: a whole number from 1 to ${mostMinutes}.`,
  );
}

function parseUntil(until: string): "shifted" {
  if (until === "shifted") return until;
  throw new InputError(
    "bad-until",
    `--until is ${JSON.stringify(until)}. Accepted: shifted (all production traffic has moved and is verified; the bake time of a BLUE_GREEN, LINEAR or CANARY deployment runs). Without --until the rollout is watched to its end.`,
  );
}
