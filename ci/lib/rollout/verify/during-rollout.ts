import type { Snapshot } from "../../ecs/snapshot.js";
import type { RunOptions } from "../run-options.js";
import { type Baseline, isRequested, isVersionWanted, withoutVersionCheck } from "./baseline.js";
import { sendOverHttp } from "./http-request.js";
import { checkedUrl, type HttpTarget } from "./http-target.js";
import { requestAny } from "./one-request.js";
import { verifyOptions } from "./serving.js";
import { createShareCounter, type TrafficShare } from "./traffic-share.js";

/** Responses of the public URL during the rollout. They do not affect the verdict; they show the responses that users got. */
export interface DuringRollout {
  url: string;
  /** Number of finished requests, failed ones included. */
  requests: number;
  /** Number of those with a server error or no response. */
  failed: number;
  /** The first failures. `at` is the time of the request, in milliseconds since the epoch on our own clock. */
  failures: { at: number; answered: string }[];
  /** Answers of the new version in each step of a linear or canary deployment; absent where the version is not known to be new. */
  shares?: TrafficShare[];
}

/** Maximum number of failures in the report: more of them add no information. */
const maxFailures = 5;

/** Milliseconds for one response. Longer than for the verification of a version: draining cuts off the slow requests. */
const responseLimit = 30_000;

export interface UrlMonitor {
  /** Sends one request and does not wait for it: a slow request may still run when the next one is sent. */
  ask(latest?: Snapshot): void;
  /** Aborts the running requests; they do not count. */
  end(): void;
  /** Returns the responses; undefined when no request has finished. */
  seen(): DuringRollout | undefined;
  /**
   * Returns how many of the last responses in a row prove the release; 0 where the earlier version answers the same, and where a whole check
   * needs further requests.
   */
  rightInARow(): number;
  /** Returns true when a response contained a version, of an old or a new task. */
  sawVersion(): boolean;
}

/**
 * Creates the monitor that requests the public URL during the rollout. For ECS a rollout succeeds even if its old tasks drop requests; only
 * requests of our own show that. A URL that belongs to another service gets no requests.
 */
export function monitorUrl(options: RunOptions, baseline: Baseline = {}): UrlMonitor {
  const { http } = options;
  const monitored = http && monitoredTarget(http, baseline);
  if (!monitored) return { ask() {}, end() {}, seen: () => undefined, rightInARow: () => 0, sawVersion: () => false };
  const { version } = options.release;
  const isOneRequest = monitored.versionCheck !== false && (monitored.expectations?.length ?? 0) === 0;
  const isDistinct = isOneRequest && baseline.answered !== version && baseline.running !== version;
  return startMonitor(monitored, options, isDistinct ? version : undefined);
}

/** Returns the URL with the check whose request is sent; undefined when none is sent. */
function monitoredTarget(http: HttpTarget, baseline: Baseline): HttpTarget | undefined {
  if (!isRequested(http, baseline)) return undefined;
  const hasExpectations = (http.expectations?.length ?? 0) > 0;
  return hasExpectations && !isVersionWanted(http, baseline) ? withoutVersionCheck(http) : http;
}

/** @param wanted The version whose responses are counted; undefined when none are. */
function startMonitor(http: HttpTarget, options: RunOptions, wanted: string | undefined): UrlMonitor {
  const { clock, progress, signal } = options;
  const { ask = sendOverHttp } = verifyOptions(options);
  const ended = new AbortController();
  const how = { ask, limit: responseLimit, signal: signal ? AbortSignal.any([signal, ended.signal]) : ended.signal };
  const seen: DuringRollout = { url: checkedUrl(http), requests: 0, failed: 0, failures: [] };
  let right = 0;
  let sawVersion = false;
  const counter = createShareCounter();

  async function once(latest: Snapshot | undefined): Promise<void> {
    const at = clock.now();
    const note = counter.begin(latest, at);
    const { answered, status, version, saw, ...more } = await requestAny(http, how);
    if (ended.signal.aborted) return;
    seen.requests++;
    sawVersion ||= more.sawVersion === true;
    if (wanted !== undefined && version !== undefined) note(version === wanted);
    right = wanted !== undefined && version === wanted ? right + 1 : 0;
    if (answered && (status ?? 0) < 500) return;
    if (seen.failed++ === 0) progress(`${seen.url} failed while the rollout is watched: ${saw}.`);
    if (seen.failures.length < maxFailures) seen.failures.push({ at, answered: saw });
  }

  return {
    // Rejections here are aborted requests; ignore them.
    ask: (latest) => void once(latest).catch(() => {}),
    end: () => ended.abort(),
    seen() {
      if (seen.requests === 0) return undefined;
      const shares = counter.shares().filter(({ weight }) => weight > 0 && weight < 100);
      return shares.length > 0 ? { ...seen, shares } : seen;
    },
    rightInARow: () => right,
    sawVersion: () => sawVersion,
  };
}
