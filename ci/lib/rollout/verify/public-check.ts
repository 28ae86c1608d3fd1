import type { Clock } from "../../common/clock.js";
import {
  type Baseline,
  foreignCheck,
  isVersionWanted,
  ownershipOf,
  weighAgainstBaseline,
  withoutVersionCheck,
} from "./baseline.js";
import { namesVersion } from "./expectation.js";
import { sendOverHttp } from "./http-request.js";
import { checkedUrl, type HttpTarget } from "./http-target.js";
import { type CheckAttempt, checkOnce } from "./one-request.js";
import { type HttpCheck, usualInterval, usualTryLimit, type VerifyOptions, verify } from "./verify.js";

/** The public URL, and the version that it must serve. */
export interface PublicCheck {
  http: HttpTarget;
  version: string;
  /** Response of the URL before the rollout. */
  baseline: Baseline;
  /** True while old tasks still run and respond too. */
  isEarly: boolean;
  /** Number of right responses in a row during the rollout. While old tasks run they do not count: those to come may be theirs. */
  right: number;
}

/**
 * Checks the responses of the public URL after a rollout. When the target defines no version check, and the URL did not return the running
 * version before, a response without a version proves nothing: only the expectations count.
 */
export async function checkPublic(
  checked: PublicCheck,
  clock: Clock,
  signal?: AbortSignal,
  options: VerifyOptions = {},
): Promise<HttpCheck> {
  const { http, baseline } = checked;
  const url = checkedUrl(http);
  if (ownershipOf(baseline) === "foreign") return foreignCheck(url, baseline);
  if (isVersionWanted(http, baseline)) return await checkVersion(checked, clock, signal, options);
  const seen = http.versionCheck === false ? undefined : await lookForVersion(http, clock, signal, options);
  if (seen?.sawVersion) return await checkVersion(checked, clock, signal, options);
  const unverified = { state: "version-not-verified", url, ...(seen && { answered: seen.saw }) } as const;
  const { expectations = [] } = http;
  if (expectations.length === 0) return unverified;
  const check = await checkExpectations(checked, clock, signal, options);
  if (check.state !== "verified" || namesVersion(expectations)) return check;
  return { ...unverified, expectationsMet: check.tries };
}

async function checkVersion(
  { http, version, baseline, isEarly, right }: PublicCheck,
  clock: Clock,
  signal: AbortSignal | undefined,
  options: VerifyOptions,
): Promise<HttpCheck> {
  const before = baseline.running;
  const beside = isEarly && before !== undefined ? { beside: before } : {};
  const check = weighAgainstBaseline(
    await verify(http, version, clock, signal, { ...options, ...beside, right: isEarly ? 0 : right }),
    baseline,
    version,
  );
  const isProven = check.state === "wrong" && check.proven && before !== undefined;
  return isEarly && !isProven ? besideOldTasks(check) : check;
}

/** A response does not show which task gave it: while old tasks run, no response proves a failure of the new ones. */
async function checkExpectations(
  { http, version, baseline, isEarly }: PublicCheck,
  clock: Clock,
  signal: AbortSignal | undefined,
  options: VerifyOptions,
): Promise<HttpCheck> {
  const check = await verify(withoutVersionCheck(http), version, clock, signal, options);
  const seen = weighAgainstBaseline(check, baseline, version);
  return isEarly ? besideOldTasks(seen) : seen;
}

/** Old tasks that still run respond too, sometimes or always: only a response of neither version proves something. */
function besideOldTasks(check: HttpCheck): HttpCheck {
  if (check.state !== "wrong") return check;
  const { url, answered } = check;
  return { state: "unproven", url, answered: `${answered} (old tasks still run)` };
}

/**
 * Looks for a version when the URL did not return the running one before. Ends with the first response of the app itself. Responses from in
 * front of the tasks (load balancer, proxy) are retried as often as a verification needs, because new tasks may just have been registered.
 */
async function lookForVersion(
  http: HttpTarget,
  clock: Clock,
  signal: AbortSignal | undefined,
  { consecutive = 5, interval = usualInterval, tryLimit = usualTryLimit, ask = sendOverHttp }: VerifyOptions,
): Promise<CheckAttempt> {
  for (let tries = 1; ; tries++) {
    const seen = await checkOnce(http, undefined, { ask, limit: tryLimit, signal });
    if (seen.sawVersion || seen.isOfApp || tries >= consecutive) return seen;
    await clock.sleep(interval, signal);
  }
}
