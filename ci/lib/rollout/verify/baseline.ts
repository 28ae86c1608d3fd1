import type { Clock } from "../../common/clock.js";
import { tagText } from "../../ecs/revision-tags.js";
import { sendOverHttp } from "./http-request.js";
import { checkedUrl, type HttpTarget } from "./http-target.js";
import { checkOnce } from "./one-request.js";
import { type HttpCheck, usualTryLimit, type VerifyOptions } from "./verify.js";

/** Response of the public URL before a rollout, and the version that ran then: they show if the URL belongs to this service. */
export interface Baseline {
  /** The version in the response: the running one, when all expectations were met too, or one that does not run. */
  answered?: string;
  /** Version of the revision that ran. */
  running?: string;
  /** The response, when it was not usable. */
  saw?: string;
  /** True when some of the tries, or a cache, returned a version, or when an earlier deploy received one. */
  sawVersion?: true;
  /** True when the target's expectations were met, and no version was requested. */
  held?: true;
  /** True when the URL belonged to this service before the running revision was deployed: that may itself answer wrongly. */
  wasOurs?: boolean;
}

/** A baseline, and the value of the tag that stores it, if any. */
export interface TaggedBaseline {
  baseline: Baseline;
  tag?: string | undefined;
}

/**
 * Owner of the URL's responses. `ours`: it returned the running version and met all expectations, or, when no version is requested, met all
 * expectations. `foreign`: it returned a version that did not run. `unknown`: anything else, such as no response, a running version that is
 * not known, or one that itself answers wrongly.
 */
export type Ownership = "ours" | "foreign" | "unknown";

export function ownershipOf({ answered, running, wasOurs, held }: Baseline): Ownership {
  if (held) return "ours";
  if (answered === undefined || running === undefined) return "unknown";
  if (answered === running) return "ours";
  return wasOurs ? "unknown" : "foreign";
}

/**
 * Returns true when the version must be verified over HTTP: the target defines a check, or the URL returned the running version. Otherwise
 * a response without a version proves nothing and does not make the verdict `deployed-unverified`.
 */
export function isVersionWanted({ versionCheck }: HttpTarget, { answered, sawVersion }: Baseline): boolean {
  if (versionCheck === false) return false;
  return versionCheck !== undefined || answered !== undefined || sawVersion === true;
}

/** Returns true when requests are sent to the URL: it is not another service's, and something is checked there. */
export function isRequested({ versionCheck, expectations = [] }: HttpTarget, baseline: Baseline): boolean {
  return ownershipOf(baseline) !== "foreign" && (versionCheck !== false || expectations.length > 0);
}

/** Returns the same URL with only the expectations to check. */
export function withoutVersionCheck(http: HttpTarget): HttpTarget & { versionCheck: false } {
  return { ...http, versionCheck: false };
}

/** Milliseconds between two tries: short, because they only have to reach each of several backends. */
const interval = 200;

/**
 * Reads the responses of the URL while only the running version serves: as many in a row as the later verification needs, because a single
 * try can reach the right one of several backends. The first unexpected response ends it. When no version is returned, and the target
 * defines no check of it, only the expectations are checked.
 * @param running Version of the revision that runs.
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
  { consecutive = 5, tryLimit = usualTryLimit, ask = sendOverHttp }: VerifyOptions,
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
 * Compares a check with the baseline. A wrong response counts only from this service's URL. A right one does not count from another
 * service's URL, or when the URL returned it before the rollout too. Pure.
 * @param version The version that the rollout deploys.
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
  const why = `${check.answered}; before the rollout it had not answered correctly${was}, so this proves nothing`;
  return { state: "unproven", url, answered: why, because: "not-known-before" };
}

/** Returns the check of a URL that belongs to another service: its responses do not count, so no request is needed. */
export function foreignCheck(url: string, baseline: Baseline): HttpCheck {
  return { state: "unproven", url, answered: foreignReason(baseline), because: "not-this-service" };
}

/** States why the responses of a URL that belongs to another service prove nothing. */
export function foreignReason({ answered, running }: Baseline): string {
  return `before the rollout it answered ${answered}, while ${running} ran, so it is not, or not only, this service's URL`;
}

/** Marks in the tag in place of a version: the expectations were met, or a version was returned that proves nothing. */
const marks = { held: "+", sawVersion: "-" };

/**
 * Formats a baseline as the value of a tag, for a later call that attaches after the response has changed. It is valid for one URL and one
 * check.
 * @returns undefined when there was no usable response.
 */
export function baselineTag(baseline: Baseline, http: HttpTarget): string | undefined {
  const { answered, running = "", held, sawVersion } = baseline;
  if (answered !== undefined)
    return [answered, ownershipOf(baseline) === "unknown" ? "" : running, nameOf(http)].map(token).join(" ");
  if (!held && !sawVersion) return undefined;
  return [held ? marks.held : marks.sawVersion, running, nameOf(http)].map(token).join(" ");
}

/** Parses the value of the tag; empty when there is none, or when it is of another URL or check. */
export function parseBaselineTag(tag: string | undefined, http: HttpTarget): Baseline {
  const [answered, running, name] = tag?.split(" ") ?? [];
  if (!answered || name !== token(nameOf(http))) return {};
  const known = running ? { running } : {};
  if (answered === marks.held) return { ...known, held: true };
  if (answered === marks.sawVersion) return { ...known, sawVersion: true };
  return { answered, ...known };
}

/** Returns the URL, with the check unless it is the default one. */
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

/** Returns a text that a tag can hold: no spaces, at most 80 characters. */
function token(text: string): string {
  return tagText(text).replace(/\s/g, "_").slice(0, 80);
}
