import type { Clock } from "../../clock.js";
import { tagText } from "../attempt/attempt.js";
import { askOverHttp } from "./ask.js";
import { tryOnce } from "./try.js";
import { askedUrl, type HttpCheck, type HttpTarget, type VerifyOptions } from "./verify.js";

/** What the public URL answered before a rollout, and what ran then: whether its answers are this service's rests on it. */
export interface Baseline {
  /** The version that answered, where everything else that is expected held too, or a version that does not run. */
  answered?: string;
  /** VERSION of the revision that ran. */
  running?: string;
  /** What came instead of a usable answer. */
  saw?: string;
  /** True where the URL was this service's before what runs was rolled out: then a wrong version can be what runs. */
  wasOurs?: boolean;
}

/** A baseline, and the value of the tag that keeps it, where there is one. */
export interface TaggedBaseline {
  baseline: Baseline;
  tag?: string | undefined;
}

/**
 * Whose answers a URL gives. `ours`: it answered the running version, and all that is expected held. `foreign`: it answered a version
 * that did not run. `unknown`: anything else, such as no answer, a running version that is not known, or one that serves wrongly itself.
 */
export type Ownership = "ours" | "foreign" | "unknown";

export function ownershipOf({ answered, running, wasOurs }: Baseline): Ownership {
  if (answered === undefined || running === undefined) return "unknown";
  if (answered === running) return "ours";
  return wasOurs ? "unknown" : "foreign";
}

/** Milliseconds between two tries: they only have to meet each of several answerers. */
const interval = 200;

/**
 * Reads what the URL answers while the running version serves alone: as many times in a row as verify an answer afterwards, because one
 * try can meet the right one of several answerers. The first try that is not as it must be ends it.
 * @param running VERSION of the revision that runs.
 */
export async function readBaseline(
  http: HttpTarget,
  running: string | undefined,
  clock: Clock,
  signal?: AbortSignal,
  { consecutive = 5, tryLimit = 5_000, ask = askOverHttp }: VerifyOptions = {},
): Promise<Baseline> {
  const known = running === undefined ? {} : { running };
  let answered = running;
  for (let tries = 1; ; tries++) {
    const seen = await tryOnce(http, answered, { ask, limit: tryLimit, signal });
    if (running !== undefined && seen.version !== undefined && seen.version !== running)
      return { ...known, answered: seen.version };
    if (!seen.isRight) return { ...known, saw: seen.saw };
    answered = seen.version;
    if (tries >= consecutive) return { ...known, ...(answered !== undefined && { answered }) };
    await clock.sleep(interval, signal);
  }
}

/**
 * Holds a check against the baseline. A wrong answer counts only from a URL that is this service's, a right one from none that is
 * another's, and none that was there before. Pure.
 * @param version The version that the rollout brings.
 */
export function credited(check: HttpCheck, baseline: Baseline, version: string): HttpCheck {
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
  const why = `${check.answered}; before the rollout it was not seen to answer the running version${was}, so this proves nothing`;
  return { state: "unproven", url, answered: why, because: "not-known-before" };
}

/** The check of a URL that is another service's: nothing that it answers counts, so it need not be asked. */
export function foreignCheck(url: string, { answered, running }: Baseline): HttpCheck {
  const why = `before the rollout it answered ${answered}, while ${running} ran, so it is not, or not only, this service's URL`;
  return { state: "unproven", url, answered: why, because: "not-this-service" };
}

/**
 * Writes a baseline as the value of a tag, so that a later call, which comes after the answer has changed, knows it. It holds for one
 * URL.
 * @returns undefined where nothing usable answered.
 */
export function baselineTag(baseline: Baseline, http: HttpTarget): string | undefined {
  const { answered, running = "" } = baseline;
  if (answered === undefined) return undefined;
  return [answered, ownershipOf(baseline) === "unknown" ? "" : running, askedUrl(http)].map(token).join(" ");
}

/** Reads the value of the tag; empty where there is none, or where it is of another URL. */
export function baselineIn(tag: string | undefined, http: HttpTarget): Baseline {
  const [answered, running, url] = tag?.split(" ") ?? [];
  if (!answered || url !== token(askedUrl(http))) return {};
  return { answered, ...(running && { running }) };
}

/** A text without spaces of at most 80 characters that a tag can hold. */
function token(text: string): string {
  return tagText(text).replace(/\s/g, "_").slice(0, 80);
}
