import { InputError } from "../../common/errors.js";
import { choices } from "../../common/name-suggestions.js";
import { parseIgnored } from "../preflight/preflight.js";
import { type Severity, severities } from "../preflight/scan-severity.js";
import type { FindingId } from "../preflight/topics.js";
import { noOverrides, type OverrideArguments, type Overrides, parseOverrides } from "./overrides.js";

/** Options of a deploy beside its release. */
export interface DeploySettings {
  overrides: Overrides;
  /** Deploy a copy of the revision even when nothing changes. */
  force: boolean;
  /** Findings that do not stop the deploy. */
  ignore: readonly FindingId[];
  /** Lowest severity of an image scan whose findings stop the deploy. */
  scanSeverity: Severity;
  /** Hash of the expected plan: the deploy is refused when its plan has another hash. */
  plan?: string;
  /** Leave out the target's task before the deploy. */
  skipBefore?: boolean;
  /** Leave out the target's task after the deploy. */
  skipAfter?: boolean;
  /** Give the service its former strategy back after the rollout. */
  strategyOnce?: boolean;
  /** Number of the newest revisions that stay when the deploy deregisters the family's unused revisions. */
  keep?: number;
}

export const defaultSettings: DeploySettings = {
  overrides: noOverrides,
  force: false,
  ignore: [],
  scanSeverity: "CRITICAL",
};

/** Options as the user passes them. */
export interface DeployArguments extends OverrideArguments {
  force?: boolean | undefined;
  ignore?: string[] | undefined;
  scanSeverity?: string | undefined;
  plan?: string | undefined;
  skipBefore?: boolean | undefined;
  skipAfter?: boolean | undefined;
  keep?: number | undefined;
}

/** @throws InputError for an option that is not valid, before anything is built or called. */
export function parseDeploySettings(options: DeployArguments): DeploySettings {
  const { force = false, ignore = [], plan, skipBefore = false, skipAfter = false, keep } = options;
  const { strategyOnce = false } = options;
  return {
    overrides: parseOverrides(options),
    force,
    ignore: parseIgnored(ignore),
    scanSeverity: parseSeverity(options.scanSeverity ?? defaultSettings.scanSeverity),
    ...(plan !== undefined && { plan: parseHash(plan) }),
    ...(skipBefore && { skipBefore }),
    ...(skipAfter && { skipAfter }),
    ...(strategyOnce && { strategyOnce }),
    ...(keep !== undefined && { keep: parseKeep(keep) }),
  };
}

function parseKeep(keep: number): number {
  if (Number.isSafeInteger(keep) && keep >= 1) return keep;
  throw new InputError(
    "bad-keep",
    `--keep is ${keep}. Accepted: a whole number from 1 on, of the newest revisions that stay, such as 10.`,
  );
}

function parseSeverity(text: string): Severity {
  const severity = severities.find((one) => one === text.toUpperCase());
  if (severity) return severity;
  throw new InputError(
    "bad-severity",
    `There is no severity ${JSON.stringify(text)}. ${choices(text, severities).suggestion}Accepted, from the worst on: ${severities.join(", ")}.`,
  );
}

function parseHash(text: string): string {
  if (/^[0-9a-f]{16}$/.test(text)) return text;
  throw new InputError(
    "bad-plan",
    `The plan ${JSON.stringify(text)} is no hash of a plan. Accepted: the 16 hex digits that plan shows.`,
  );
}
