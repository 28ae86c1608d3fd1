import type { RunOptions } from "../run.js";
import { type Baseline, isVersionWanted, ownershipOf, withoutVersionCheck } from "./baseline.js";
import { sendOverHttp } from "./http-request.js";
import { requestAny } from "./one-request.js";
import { verifyOptions } from "./serving.js";
import { checkedUrl, type HttpTarget } from "./verify.js";

/** How the public URL answered while the rollout was watched. It decides nothing: it tells what users met. */
export interface DuringRollout {
  url: string;
  /** Requests that came to an end, well or not. */
  asked: number;
  /** Those of them that got a server's error, or no answer. */
  failed: number;
  /** The first of the failures. `at` is when it was asked, in milliseconds since the epoch on our own clock. */
  failures: { at: number; answered: string }[];
}

/** Failures that are told one by one: more of them say no more. */
const most = 5;

/** Milliseconds for one answer. Longer than when a version is verified: a request that takes long is the one that a drain cuts. */
const patience = 30_000;

export interface UrlMonitor {
  /** Asks once, and waits for nothing: a request that takes long is still on its way when the next one is sent. */
  ask(): void;
  /** What is still on its way is given up, and counts for nothing. */
  end(): void;
  /** What came of it; undefined when nothing did. */
  seen(): DuringRollout | undefined;
}

/**
 * Asks the public for its version while the rollout is watched. ECS calls a rollout good whose old tasks drop the requests that they
 * have: of that only whoever asks can know. A URL that is another service's is not asked.
 */
export function monitorUrl(options: RunOptions, baseline: Baseline = {}): UrlMonitor {
  const { http } = options;
  const asked = http && askedMeanwhile(http, baseline);
  return asked ? asking(asked, options) : { ask() {}, end() {}, seen: () => undefined };
}

/** The URL with the check whose request is sent; undefined where none is. */
function askedMeanwhile(http: HttpTarget, baseline: Baseline): HttpTarget | undefined {
  const hasExpectations = (http.expectations?.length ?? 0) > 0;
  if (ownershipOf(baseline) === "foreign" || (http.versionCheck === false && !hasExpectations)) return undefined;
  return hasExpectations && !isVersionWanted(http, baseline) ? withoutVersionCheck(http) : http;
}

function asking(http: HttpTarget, options: RunOptions): UrlMonitor {
  const { clock, progress, signal } = options;
  const { ask = sendOverHttp } = verifyOptions(options);
  const ended = new AbortController();
  const how = { ask, limit: patience, signal: signal ? AbortSignal.any([signal, ended.signal]) : ended.signal };
  const seen: DuringRollout = { url: checkedUrl(http), asked: 0, failed: 0, failures: [] };

  async function once(): Promise<void> {
    const at = clock.now();
    const { answered, status, saw } = await requestAny(http, how);
    if (ended.signal.aborted) return;
    seen.asked++;
    if (answered && (status ?? 0) < 500) return;
    if (seen.failed++ === 0) progress(`${seen.url} failed while the rollout is watched: ${saw}.`);
    if (seen.failures.length < most) seen.failures.push({ at, answered: saw });
  }

  return {
    // What rejects was given up.
    ask: () => void once().catch(() => {}),
    end: () => ended.abort(),
    seen: () => (seen.asked > 0 ? seen : undefined),
  };
}
