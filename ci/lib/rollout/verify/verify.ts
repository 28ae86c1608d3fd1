import type { Clock } from "../../common/clock.js";
import { urlBelow } from "../../common/http-url.js";
import type { Expectation } from "./expectation.js";
import { type SendRequest, sendOverHttp } from "./http-request.js";
import { type CheckAttempt, checkOnce } from "./one-request.js";
import { usualCheck, type VersionCheck } from "./version-check.js";

/** Where the public URL is asked. */
export interface HttpTarget {
  /** Such as `https://app.example.com`, or `https://example.com/api`; the paths of the checks are requested below it. */
  baseUrl: string;
  /** The public name, where the connection goes elsewhere: to a local AWS. */
  host?: string;
  /** True: no proxy is used, as for a task at its own address. */
  direct?: boolean;
  /**
   * How the version is proven; with `false` only the expectations count. Without it `/version` is tried, and counts where the running
   * version answers there.
   */
  versionCheck?: VersionCheck | false;
  /** What other paths must answer. */
  expectations?: readonly Expectation[];
}

export type HttpCheck =
  /** The new version answered `tries` times in a row, and every expectation was met. */
  | { state: "verified"; url: string; tries: number }
  /**
   * Nothing speaks against the version, and no answer shows it: the target wants no check of it, or the running version did not answer
   * either. `answered` is what came instead of a version, absent where none was asked for; `expectationsMet` is how many times in a row
   * every expectation was met.
   */
  | { state: "version-not-verified"; url: string; answered?: string; expectationsMet?: number }
  /**
   * This service answered something else at the end. `proven` when it did so on as many tries in a row as would have verified it, those
   * of old tasks not counted, and never answered rightly: with right answers in between, another service may be behind the URL too.
   */
  | { state: "wrong"; url: string; answered: string; proven: boolean }
  /**
   * No answer that proves anything: not reachable, an answer of what stands before the tasks (a redirect, a cache, a gateway), an old
   * task that is still up, or a URL that was not known to be this service's. A rollout is never rolled back for it.
   */
  | { state: "unproven"; url: string; answered: string; because?: "not-this-service" | "not-known-before" }
  /** There is no public URL. */
  | { state: "not-checked" };

/**
 * What is asked, in the words of the report: the public address. The name by which a function reaches a local AWS is the engine's own
 * and tells people nothing.
 */
export function checkedUrl({ baseUrl, host, versionCheck, expectations = [] }: HttpTarget): string {
  const path = versionCheck === false ? (expectations[0]?.path ?? "/") : (versionCheck ?? usualCheck).path;
  const url = urlBelow(baseUrl, path);
  return host === undefined ? url.href : `${url.protocol}//${host}${url.pathname} (of the local AWS)`;
}

export interface VerifyOptions {
  /** How many right answers in a row are enough. */
  consecutive?: number;
  /** Milliseconds between two tries. */
  interval?: number;
  /** Milliseconds until it gives up. */
  limit?: number;
  /** Milliseconds for one try. */
  tryLimit?: number;
  /** The version of old tasks that are still up: what they answer now and then says nothing of the new one. */
  beside?: string;
  ask?: SendRequest;
}

const tryLimitDefault = 5_000;

/**
 * Asks for the version, and what else is expected, until the new version has answered on every try for a short while: a load balancer
 * that still sends some requests to old tasks is found out by the row being broken. By default 5 in a row, half a second apart,
 * within a minute.
 */
export async function verify(
  http: HttpTarget | undefined,
  version: string,
  clock: Clock,
  signal?: AbortSignal,
  options: VerifyOptions = {},
): Promise<HttpCheck> {
  if (!http) return { state: "not-checked" };
  const { consecutive = 5, interval = 500, limit = 60_000, tryLimit = tryLimitDefault } = options;
  const { beside, ask = sendOverHttp } = options;
  const url = checkedUrl(http);
  const end = clock.now() + limit;
  for (let right = 0, proving: CheckAttempt[] = [], everRight = false; ; ) {
    const seen = await checkOnce(http, version, { ask, limit: tryLimit, signal });
    right = seen.isRight ? right + 1 : 0;
    everRight ||= seen.isRight;
    if (!seen.proves) proving = [];
    else if (seen.saw !== beside) proving.push(seen);
    if (right >= consecutive) return { state: "verified", url, tries: right };
    if (clock.now() >= end) {
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
