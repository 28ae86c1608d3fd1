import { within } from "../../common/clock.js";
import { eitherSignal } from "../../common/either-signal.js";
import type { Snapshot } from "../../ecs/snapshot.js";
import { formatProgressEvent } from "../progress-event.js";
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
  /** Number of responses by the version in them, in the order of their first response; absent where none had a version. */
  versions?: { version: string; requests: number }[];
  /** Answers of the new version in each step of a linear or canary deployment; absent where the version is not known to be new. */
  shares?: TrafficShare[];
}

/** Maximum number of versions that are counted: what answers may be anything. */
const maxVersions = 5;

/** Maximum number of failures in the report: more of them add no information. */
const maxFailures = 5;

/** Milliseconds for one response. Longer than for the verification of a version: draining cuts off the slow requests. */
const responseLimit = 30_000;

/** Milliseconds that the verification waits for requests that still run: a wrong response among them breaks the row. */
const settleLimit = 1_000;

/** Milliseconds between two lines with the counts, at least. */
const lineInterval = 60_000;

export interface UrlMonitor {
  /** Sends one request and does not wait for it: a slow request may still run when the next one is sent. */
  ask(latest?: Snapshot): void;
  /** Aborts the running requests; they do not count. */
  end(): void;
  /** Returns the responses; undefined when no request has finished. */
  seen(): DuringRollout | undefined;
  /** Reports the counts: each change to a live display, and seldom as a line. */
  report(): void;
  /**
   * Returns how many of the last responses in a row prove the release, after a short wait for the requests that still run; 0 where the
   * earlier version answers the same, where a whole check needs further requests, and where a request has no response in that time.
   */
  rightInARow(): Promise<number>;
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
  if (!monitored)
    return {
      ask() {},
      end() {},
      report() {},
      seen: () => undefined,
      rightInARow: async () => 0,
      sawVersion: () => false,
    };
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
  const { clock, progress, observe, signal } = options;
  const { ask = sendOverHttp } = verifyOptions(options);
  const ended = new AbortController();
  const how = { ask, limit: responseLimit, signal: eitherSignal(signal, ended.signal) };
  const seen: DuringRollout = { url: checkedUrl(http), requests: 0, failed: 0, failures: [] };
  const running = new Set<Promise<void>>();
  let right = 0;
  let sawVersion = false;
  const startedAt = clock.now();
  let [shown, linedAt] = [0, startedAt];
  const counter = createShareCounter();

  async function once(latest: Snapshot | undefined): Promise<void> {
    const at = clock.now();
    const note = counter.begin(latest, at);
    const { answered, status, version, saw, ...more } = await requestAny(http, how);
    if (ended.signal.aborted) return;
    seen.requests++;
    sawVersion ||= more.sawVersion === true;
    if (version !== undefined) countVersion(seen, version);
    if (wanted !== undefined && version !== undefined) note(version === wanted);
    right = wanted !== undefined && version === wanted ? right + 1 : 0;
    if (answered && (status ?? 0) < 500) return;
    if (seen.failed++ === 0) progress(`${seen.url} failed while the rollout is watched: ${saw}.`);
    if (seen.failures.length < maxFailures) seen.failures.push({ at, answered: saw });
  }

  return {
    // Rejections here are aborted requests; ignore them.
    ask(latest) {
      const request: Promise<void> = once(latest)
        .catch(() => {})
        .finally(() => running.delete(request));
      running.add(request);
    },
    end: () => ended.abort(),
    report() {
      const { url, requests, failed, versions = [] } = seen;
      if (requests === shown) return;
      shown = requests;
      const event = { type: "requests", url, requests, failed, versions: versions.map((one) => ({ ...one })) } as const;
      const now = clock.now();
      // The longer a rollout lasts, the fewer lines it needs.
      if (now - linedAt < Math.max(lineInterval, (now - startedAt) / 5)) return observe?.(event);
      linedAt = now;
      progress(formatProgressEvent(event), event);
    },
    seen() {
      if (seen.requests === 0) return undefined;
      const shares = counter.shares().filter(({ weight }) => weight > 0 && weight < 100);
      return shares.length > 0 ? { ...seen, shares } : seen;
    },
    async rightInARow() {
      if (running.size > 0) await within(clock, settleLimit, Promise.all(running));
      return running.size > 0 ? 0 : right;
    },
    sawVersion: () => sawVersion,
  };
}

function countVersion(seen: DuringRollout, version: string): void {
  seen.versions ??= [];
  const known = seen.versions.find((one) => one.version === version);
  if (known) known.requests++;
  else if (seen.versions.length < maxVersions) seen.versions.push({ version, requests: 1 });
}
