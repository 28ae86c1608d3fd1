import { revisionTag } from "../../ecs/revision-tags.js";
import type { CurrentService } from "../../ecs/service.js";
import type { Snapshot } from "../../ecs/snapshot.js";
import { tagOf } from "../revisions/own-revisions.js";
import type { AutomaticRollback } from "../rollback/automatic-rollback.js";
import type { RunOptions } from "../run.js";
import { noSpan } from "../span.js";
import { pollAgain, type WatchedRollout } from "../watch/watch.js";
import {
  type Baseline,
  baselineTag,
  isVersionWanted,
  ownershipOf,
  parseBaselineTag,
  readBaseline,
  type TaggedBaseline,
} from "./baseline.js";
import { checkPublic } from "./public-check.js";
import { checkTasks, combineWithTasks, type TaskResponses } from "./task-requests.js";
import { checkedUrl, type HttpCheck, type HttpTarget, type VerifyOptions } from "./verify.js";

/** What is served after a rollout. */
export interface ServingCheck {
  /** Seen once more where what is served speaks against it. */
  watched: WatchedRollout;
  http: HttpCheck;
  /** Present where the target wants the tasks to be asked too. */
  tasks?: TaskResponses;
}

/** Reads what the public URL answers before a rollout, while the running version still serves. */
export async function readBaselineOfService(
  options: RunOptions,
  { running, current }: Pick<CurrentService, "running" | "current">,
): Promise<TaggedBaseline> {
  // A tag of the image is not what the app was told: only where it answers the same does it show whose the URL is.
  const version = running.versionFrom ? undefined : running.version;
  const { http, clock, signal, progress } = options;
  if (!http) return { baseline: version === undefined ? {} : { running: version } };
  const earlier = parseBaselineTag(tagOf(current, revisionTag.probe), http);
  const read = await readBaseline(http, version, clock, signal, verifyOptions(options));
  const isTag = running.versionFrom !== undefined && read.answered === running.version;
  const seen: Baseline = isTag && read.answered !== undefined ? { ...read, running: read.answered } : read;
  const baseline: Baseline = {
    ...seen,
    ...(ownershipOf(earlier) === "ours" && { wasOurs: true }),
    // A release that has lost the version does not make the check of it unwanted: trying again would call it deployed.
    ...(isVersionWanted(http, earlier) && seen.answered === undefined && { sawVersion: true }),
  };
  if (ownershipOf(baseline) === "foreign")
    progress(`${checkedUrl(http)} answers ${baseline.answered}, and ${version} runs: what it answers does not count.`);
  if (http.versionCheck === undefined && !isVersionWanted(http, baseline))
    progress(
      `No version at ${checkedUrl(http)} before the deploy: ${baseline.saw}. "versionCheck" in the target names where the app answers it.`,
    );
  return { baseline, tag: baselineTag(baseline, http) };
}

/**
 * Asks the public, and each task where that is wanted: only what ECS calls deployed is asked for its version, and what somebody has
 * replaced or deleted meanwhile is not blamed for what is served.
 * @param baseline What the URL answered before the rollout.
 */
export async function verifyServing(
  options: RunOptions,
  watched: WatchedRollout,
  version: string,
  baseline: Baseline,
): Promise<ServingCheck> {
  if (!isDeployed(watched)) return { watched, http: { state: "not-checked" } };
  const { target, http, span = noSpan } = options;
  if (!http && !target.verifyTasks) return { watched, http: { state: "not-checked" } };
  return await span("verify URL", () => askNow(options, watched, version, baseline), failureOf);
}

function failureOf({ http }: ServingCheck): string | undefined {
  return http.state === "wrong" || http.state === "unproven" ? `${http.url}: ${http.answered}` : undefined;
}

async function askNow(
  options: RunOptions,
  watched: WatchedRollout,
  version: string,
  baseline: Baseline,
): Promise<ServingCheck> {
  const { target, http, signal, clock, progress } = options;
  const how = verifyOptions(options);
  const isEarly = watched.judgement.verdict === "deployed-early";
  if (http && isAsked(http, baseline)) progress(`Asking ${checkedUrl(http)} for ${version}.`);
  const seen: HttpCheck = http
    ? await checkPublic({ http, version, baseline, isEarly }, clock, signal, how)
    : { state: "not-checked" };
  const { verifyTasks, containerPort: port, versionCheck, expectations = [] } = target;
  const check = {
    ...(versionCheck !== undefined && { versionCheck }),
    ...(versionCheck === false && { expectations }),
  };
  // Where there is no URL, the tasks are all that can answer.
  const isWanted = !http || isVersionWanted(http, baseline);
  const asked =
    verifyTasks && port !== undefined
      ? await checkTasks(watched.subject, latestOf(watched), { port, version, check, isWanted }, signal, how)
      : undefined;
  const whole = combineWithTasks(seen, asked, isWanted);
  // Whatever answered otherwise, the URL or a task: another deployment may have taken our place meanwhile.
  if (whole.state === "wrong" || whole.state === "unproven") {
    const again = await pollAgain(options, watched);
    if (!isDeployed(again)) return { watched: again, http: { state: "not-checked" } };
  }
  return { watched, http: whole, ...(asked && { tasks: asked }) };
}

const latestOf = ({ snapshots }: WatchedRollout) => snapshots.at(-1) as Snapshot;
const isDeployed = ({ judgement }: WatchedRollout) => judgement.verdict.startsWith("deployed");

/** Whether anything is requested at the URL. */
function isAsked({ versionCheck, expectations = [] }: HttpTarget, baseline: Baseline): boolean {
  return ownershipOf(baseline) !== "foreign" && (versionCheck !== false || expectations.length > 0);
}

/** What is served after an undo must be what was served before. */
export async function verifyAfterRollback(
  options: RunOptions,
  undone: AutomaticRollback,
  baseline: Baseline,
): Promise<{ undone: AutomaticRollback; undoHttp: HttpCheck }> {
  if ("refused" in undone || undone.to.version === undefined) return { undone, undoHttp: { state: "not-checked" } };
  const { watched, http } = await verifyServing(options, undone.watched, undone.to.version, baseline);
  return { undone: { ...undone, watched }, undoHttp: http };
}

export function verifyOptions({ verify: how, ask }: RunOptions): VerifyOptions {
  return { ...how, ...(ask && { ask }) };
}
