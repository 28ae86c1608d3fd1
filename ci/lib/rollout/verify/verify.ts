import type { Clock } from "../../common/clock.js";
import { type SendRequest, sendOverHttp } from "./http-request.js";
import { checkedUrl, type HttpTarget } from "./http-target.js";
import { type CheckAttempt, checkOnce } from "./one-request.js";

export type HttpCheck =
  /** The new version answered `tries` times in a row, and every expectation was met. */
  | { state: "verified"; url: string; tries: number }
  /**
   * No response disproves the version, and none proves it: the target disables the check, or the running version was not returned either.
   * `answered` is the response without a version, absent when none was requested; `expectationsMet` is the number of times in a row that
   * every expectation was met.
   */
  | { state: "version-not-verified"; url: string; answered?: string; expectationsMet?: number }
  /**
   * The last response of this service was wrong. `proven` when as many responses in a row as a verification needs were wrong, not counting
   * those of old tasks, and none was right: with right ones in between, another service may be behind the URL too.
   */
  | { state: "wrong"; url: string; answered: string; proven: boolean }
  /**
   * No response proves anything: not reachable, a response from in front of the tasks (a redirect, a cache, a gateway), an old task that
   * still runs, or a URL that was not known to belong to this service. A rollout is never rolled back for it.
   */
  | { state: "unproven"; url: string; answered: string; because?: "not-this-service" | "not-known-before" }
  /** There is no public URL. */
  | { state: "not-checked" };

export interface VerifyOptions {
  /** Number of right responses in a row that verify the version. */
  consecutive?: number;
  /** Milliseconds between two tries. */
  interval?: number;
  /** Maximum time of the verification, in milliseconds. */
  limit?: number;
  /** Milliseconds after which right and wrong responses by turns end the verification. */
  mixedLimit?: number;
  /** Maximum time of one try, in milliseconds. */
  tryLimit?: number;
  /** Number of right responses in a row just before; at least one more is requested. */
  right?: number;
  /** Version of old tasks that still run: their responses prove nothing about the new version. */
  beside?: string;
  ask?: SendRequest;
}

/** Milliseconds for one try. */
export const usualTryLimit = 5_000;
/** Milliseconds between two tries. */
export const usualInterval = 250;
/**
 * Usual `mixedLimit`. A load balancer stops sending requests to deregistered
 * tasks within seconds, and after a rollout no old task runs.
 */
const usualMixedLimit = 15_000;

/**
 * Requests the version and checks the expectations until enough responses in a row are right: when a load balancer still sends some
 * requests to old tasks, the row breaks. By default 5 in a row, a quarter of a second apart, within a minute; within 15 s when some responses
 * are right and others are the app's own and wrong.
 */
export async function verify(
  http: HttpTarget | undefined,
  version: string,
  clock: Clock,
  signal?: AbortSignal,
  options: VerifyOptions = {},
): Promise<HttpCheck> {
  if (!http) return { state: "not-checked" };
  const { consecutive = 5, interval = usualInterval, limit = 60_000, tryLimit = usualTryLimit } = options;
  const { mixedLimit = usualMixedLimit, beside, ask = sendOverHttp } = options;
  const url = checkedUrl(http);
  const end = clock.now() + limit;
  const mixedEnd = clock.now() + Math.min(limit, mixedLimit);
  let wasWrong = false;
  for (let { right = 0 } = options, proving: CheckAttempt[] = [], everRight = false; ; ) {
    const seen = await checkOnce(http, version, { ask, limit: tryLimit, signal });
    right = seen.isRight ? right + 1 : 0;
    everRight ||= seen.isRight;
    wasWrong ||= seen.proves;
    if (!seen.proves) proving = [];
    else if (seen.saw !== beside) proving.push(seen);
    if (right >= consecutive) return { state: "verified", url, tries: right };
    if (clock.now() >= (everRight && wasWrong ? mixedEnd : end)) {
      const proven = proving.length >= consecutive && !everRight;
      return verdictOf(proven ? (proving.at(-1) as CheckAttempt) : seen, { version, url, proven });
    }
    await clock.sleep(interval, signal);
  }
}

function verdictOf(
  last: CheckAttempt,
  { version, url, proven }: { version: string; url: string; proven: boolean },
): HttpCheck {
  if (last.isRight) {
    const answered = `${version} only on some tries: other answers come too`;
    return { state: "wrong", url, answered, proven: false };
  }
  return last.proves
    ? { state: "wrong", url, answered: last.saw, proven }
    : { state: "unproven", url, answered: last.saw };
}
