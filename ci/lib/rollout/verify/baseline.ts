import type { Clock } from "../../common/clock.js";
import { tagText } from "../../ecs/revision-tags.js";
import { sendOverHttp } from "./http-request.js";
import { checkOnce } from "./one-request.js";
import { checkedUrl, type HttpCheck, type HttpTarget, type VerifyOptions } from "./verify.js";

/** What the public URL answered before a rollout, and what ran then: whether its answers are this service's rests on it. */
export interface Baseline {
  /** The version that answered, where everything else that is expected held too, or a version that does not run. */
  answered?: string;
  /** The version of the revision that ran. */
  running?: string;
  /** What came instead of a usable answer. */
  saw?: string;
  /** True where a version answered on some of the tries, a cache's copy of one, or one before what runs was rolled out. */
  sawVersion?: true;
  /** True where the target's expectations were met, and no version was asked for. */
  held?: true;
  /** True where the URL was this service's before what runs was rolled out: then a wrong version can be what runs. */
  wasOurs?: boolean;
}

/** A baseline, and the value of the tag that keeps it, where there is one. */
export interface TaggedBaseline {
  baseline: Baseline;
  tag?: string | undefined;
}

/**
 * Whose answers a URL gives. `ours`: it answered the running version, and all that is expected held; or, where no version is asked for,
 * all that is expected held. `foreign`: it answered a version
 * that did not run. `unknown`: anything else, such as no answer, a running version that is not known, or one that serves wrongly itself.
 */
export type Ownership = "ours" | "foreign" | "unknown";

export function ownershipOf({ answered, running, wasOurs, held }: Baseline): Ownership {
  if (held) return "ours";
  if (answered === undefined || running === undefined) return "unknown";
  if (answered === running) return "ours";
  return wasOurs ? "unknown" : "foreign";
}

/**
 * Whether the version is to be verified over HTTP: the target states how, or the running version was answered. Where it is not, what the
 * URL answers in place of a version proves nothing and makes nothing unverified.
 */
export function isVersionWanted({ versionCheck }: HttpTarget, { answered, sawVersion }: Baseline): boolean {
  if (versionCheck === false) return false;
  return versionCheck !== undefined || answered !== undefined || sawVersion === true;
}

/** The same URL where only the expectations count. */
export function withoutVersionCheck(http: HttpTarget): HttpTarget & { versionCheck: false } {
  return { ...http, versionCheck: false };
}

/** Milliseconds between two tries: they only have to meet each of several answerers. */
const interval = 200;

/**
 * Reads what the URL answers while the running version serves alone: as many times in a row as verify an answer afterwards, because one
 * try can meet the right one of several answerers. The first try that is not as it must be ends it. Where no version answers, and the
 * target states no check of it, the expectations are read alone.
 * @param running The version of the revision that runs.
 */
export async function readBaseline(
  http: HttpTarget,
  running: string | undefined,
  clock: Clock,
  signal?: AbortSignal,
  options: VerifyOptions = {},
): Promise<Baseline> {
  const hasExpectations = (http.expectations?.length ?? 0) > 0;
  if (http.versionCheck === false && !hasExpectations) return running === undefined ? {} : { running };
  const seen = await readRow(http, running, clock, signal, options);
  if (http.versionCheck !== undefined || !hasExpectations || isVersionWanted(http, seen)) return seen;
  const { held } = await readRow(withoutVersionCheck(http), running, clock, signal, options);
  return { ...seen, ...(held && { held }) };
}

async function readRow(
  http: HttpTarget,
  running: string | undefined,
  clock: Clock,
  signal: AbortSignal | undefined,
  { consecutive = 5, tryLimit = 5_000, ask = sendOverHttp }: VerifyOptions,
): Promise<Baseline> {
  const known = running === undefined ? {} : { running };
  let answered = running;
  for (let tries = 1, sawVersion = false; ; tries++) {
    const seen = await checkOnce(http, answered, { ask, limit: tryLimit, signal });
    sawVersion ||= seen.sawVersion === true;
    if (running !== undefined && seen.version !== undefined && seen.version !== running)
      return { ...known, answered: seen.version };
    if (!seen.isRight) return { ...known, saw: seen.saw, ...(sawVersion && { sawVersion }) };
    if (http.versionCheck !== false) answered = seen.version;
    if (tries >= consecutive)
      return { ...known, ...(http.versionCheck === false ? { held: true } : answered !== undefined && { answered }) };
    await clock.sleep(interval, signal);
  }
}

/**
 * Holds a check against the baseline. A wrong answer counts only from a URL that is this service's, a right one from none that is
 * another's, and none that was there before. Pure.
 * @param version The version that the rollout brings.
 */
export function weighAgainstBaseline(check: HttpCheck, baseline: Baseline, version: string): HttpCheck {
  if (check.state === "not-checked" || check.state === "unproven") return check;
  const { answered, running = "a version that is not known" } = baseline;
  const owner = ownershipOf(baseline);
  const { url } = check;
  if (owner === "foreign") return foreignCheck(url, baseline);
  if (check.state === "verified") {
    if (owner === "ours" || answered !== version) return check;
    const before = `${version}, as it did before the rollout, while ${running} ran`;
    return { state: "unproven", url, answered: before, because: "not-known-before" };
  }
  if (owner === "ours") return check;
  const before = baseline.saw ?? answered;
  const was = before === undefined ? "" : ` (but ${before})`;
  const why = `${check.answered}; before the rollout it was not seen to answer well${was}, so this proves nothing`;
  return { state: "unproven", url, answered: why, because: "not-known-before" };
}

/** The check of a URL that is another service's: nothing that it answers counts, so it need not be asked. */
export function foreignCheck(url: string, { answered, running }: Baseline): HttpCheck {
  const why = `before the rollout it answered ${answered}, while ${running} ran, so it is not, or not only, this service's URL`;
  return { state: "unproven", url, answered: why, because: "not-this-service" };
}

/** In place of an answer in the tag: the expectations were met, or a version was seen that shows nothing. */
const marks = { held: "+", sawVersion: "-" };

/**
 * Writes a baseline as the value of a tag, so that a later call, which comes after the answer has changed, knows it. It holds for one
 * URL and one check.
 * @returns undefined where nothing usable answered.
 */
export function baselineTag(baseline: Baseline, http: HttpTarget): string | undefined {
  const { answered, running = "", held, sawVersion } = baseline;
  if (answered !== undefined)
    return [answered, ownershipOf(baseline) === "unknown" ? "" : running, nameOf(http)].map(token).join(" ");
  if (!held && !sawVersion) return undefined;
  return [held ? marks.held : marks.sawVersion, running, nameOf(http)].map(token).join(" ");
}

/** Reads the value of the tag; empty where there is none, or where it is of another URL or check. */
export function parseBaselineTag(tag: string | undefined, http: HttpTarget): Baseline {
  const [answered, running, name] = tag?.split(" ") ?? [];
  if (!answered || name !== token(nameOf(http))) return {};
  const known = running ? { running } : {};
  if (answered === marks.held) return { ...known, held: true };
  if (answered === marks.sawVersion) return { ...known, sawVersion: true };
  return { answered, ...known };
}

/** The URL with the check, but for the usual one. */
function nameOf(http: HttpTarget): string {
  const { versionCheck: check } = http;
  if (check === undefined) return checkedUrl(http);
  const [kind, where] = !check
    ? ["expectations", ""]
    : "header" in check
      ? ["header", check.header]
      : ["at", check.pointer];
  return [kind, where.replaceAll("/", "."), checkedUrl(http)].join(":");
}

/** A text without spaces of at most 80 characters that a tag can hold. */
function token(text: string): string {
  return tagText(text).replace(/\s/g, "_").slice(0, 80);
}
