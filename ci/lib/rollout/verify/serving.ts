import { withDescribedErrors } from "../../aws/describe-error.js";
import { runningOf } from "../../ecs/containers.js";
import { revisionTag } from "../../ecs/revision-tags.js";
import type { CurrentService } from "../../ecs/service.js";
import type { Snapshot } from "../../ecs/snapshot.js";
import { formatProgressEvent, type ProgressEvent } from "../progress-event.js";
import { describeRevision, tagOf } from "../revisions/own-revisions.js";
import type { AutomaticRollback } from "../rollback/automatic-rollback.js";
import type { RunOptions } from "../run-options.js";
import { noSpan } from "../session.js";
import { pollAgain, type WatchedRollout } from "../watch/watch.js";
import {
  type Baseline,
  baselineTag,
  isRequested,
  isVersionWanted,
  ownershipOf,
  parseBaselineTag,
  readBaseline,
  type TaggedBaseline,
} from "./baseline.js";
import { checkedUrl } from "./http-target.js";
import { checkPublic } from "./public-check.js";
import { checkTasks, combineWithTasks, type TaskResponses } from "./task-requests.js";
import type { HttpCheck, VerifyOptions } from "./verify.js";

/** Result of the HTTP checks after a rollout. */
export interface ServingCheck {
  /** Polled once more when the HTTP checks failed or proved nothing. */
  watched: WatchedRollout;
  http: HttpCheck;
  /** Present when the target enables requests to the tasks too. */
  tasks?: TaskResponses;
}

/** Reads the responses of the public URL before a rollout, while the running version still serves. */
export async function readBaselineOfService(options: RunOptions, now: CurrentService): Promise<TaggedBaseline> {
  const { running, current } = await servingOf(options, now);
  // The image's tag is not the app's VERSION: it shows the owner of the URL only when the URL returns the same.
  const version = running.versionFrom ? undefined : running.version;
  const { http, clock, signal, progress } = options;
  if (!http) return { baseline: version === undefined ? {} : { running: version } };
  const earlier = parseBaselineTag(tagOf(current, revisionTag.probe), http);
  const read = await readBaseline(http, version, clock, signal, verifyOptions(options));
  const isTag = running.versionFrom !== undefined && read.answered === running.version;
  const isRunning = isTag || (await runsBeside(options, now, current, read));
  const seen: Baseline = isRunning && read.answered !== undefined ? { ...read, running: read.answered } : read;
  const baseline: Baseline = {
    ...seen,
    ...(ownershipOf(earlier) === "ours" && { wasOurs: true }),
    // A release that no longer returns the version must not disable its check: a second deploy would pass then.
    ...(isVersionWanted(http, earlier) && seen.answered === undefined && { sawVersion: true }),
  };
  if (ownershipOf(baseline) === "foreign")
    progress(`${checkedUrl(http)} answers ${baseline.answered}, and ${version} runs: its answers do not count.`);
  if (http.versionCheck === undefined && !isVersionWanted(http, baseline))
    progress(
      `No version at ${checkedUrl(http)} before the deploy: ${baseline.saw}. "versionCheck" in the target sets where the app returns it.`,
    );
  return { baseline, tag: baselineTag(baseline, http) };
}

type Serving = Pick<CurrentService, "running" | "current">;

/** Returns the revision whose tasks serve: a deployment that was stopped, or that failed without a rollback, stays PRIMARY without a task. */
async function servingOf(options: RunOptions, now: CurrentService): Promise<Serving> {
  const [revision, ...others] = withTasks(now);
  if (revision === undefined || others.length > 0 || revision === now.service.taskDefinition) return now;
  return await readRevision(options, revision);
}

/** Returns whether the answer is that of another revision whose tasks run too: after a stop without a rollback both serve. */
async function runsBeside(
  options: RunOptions,
  now: CurrentService,
  { taskDefinition }: Serving["current"],
  { answered, running }: Baseline,
): Promise<boolean> {
  if (answered === undefined || answered === running) return false;
  const others = withTasks(now).filter((revision) => revision !== taskDefinition.taskDefinitionArn);
  const read = await Promise.all(others.map((revision) => readRevision(options, revision)));
  return read.some((other) => other.running.version === answered);
}

/** Returns the revisions of the service's deployments that have running tasks. */
function withTasks({ service }: CurrentService): string[] {
  return (service.deployments ?? []).flatMap(({ runningCount = 0, taskDefinition }) =>
    runningCount > 0 && taskDefinition !== undefined ? [taskDefinition] : [],
  );
}

async function readRevision(options: RunOptions, revision: string): Promise<Serving> {
  const current = await withDescribedErrors(describeRevision(options, revision));
  return { current, running: runningOf(current, options.target) };
}

/**
 * Checks the public URL, and each task when the target enables it. Checks only rollouts that ECS completed; a wrong response does not fail
 * one that was replaced or deleted meanwhile.
 * @param baseline Response of the URL before the rollout.
 * @param right Number of right responses in a row until now, which count toward those that verify the version.
 */
export async function verifyServing(
  options: RunOptions,
  watched: WatchedRollout,
  version: string,
  baseline: Baseline,
  right = 0,
): Promise<ServingCheck> {
  if (!isDeployed(watched)) return { watched, http: { state: "not-checked" } };
  const { target, http, span = noSpan } = options;
  if (!http && !target.verifyTasks) return { watched, http: { state: "not-checked" } };
  return await span("verify URL", () => requestServing(options, watched, version, baseline, right), failureOf);
}

function failureOf({ http }: ServingCheck): string | undefined {
  return http.state === "wrong" || http.state === "unproven" ? `${http.url}: ${http.answered}` : undefined;
}

async function requestServing(
  options: RunOptions,
  watched: WatchedRollout,
  version: string,
  baseline: Baseline,
  right: number,
): Promise<ServingCheck> {
  const { target, http, signal, clock, progress } = options;
  const isShifted = watched.judgement.verdict === "shifted";
  const how: VerifyOptions = {
    ...verifyOptions(options),
    ...(isShifted && { limit: ruleLimit, mixedLimit: ruleLimit }),
  };
  const isEarly = watched.judgement.verdict === "deployed-early";
  if (http && isRequested(http, baseline)) {
    const event: ProgressEvent = { type: "verification", url: checkedUrl(http), version };
    progress(formatProgressEvent(event), event);
  }
  const seen: HttpCheck = http
    ? await checkPublic({ http, version, baseline, isEarly, right }, clock, signal, how)
    : { state: "not-checked" };
  const { verifyTasks, containerPort: port, versionCheck, expectations = [] } = target;
  const check = {
    ...(versionCheck !== undefined && { versionCheck }),
    ...(versionCheck === false && { expectations }),
  };
  // Without a URL, only the tasks can respond.
  const isWanted = !http || isVersionWanted(http, baseline);
  const taskResponses =
    verifyTasks && port !== undefined
      ? await checkTasks(watched.subject, latestOf(watched), { port, version, check, isWanted }, signal, how)
      : undefined;
  const whole = combineWithTasks(seen, taskResponses, isWanted);
  // Another deployment may have replaced ours meanwhile, and may have given the response of the URL or of a task.
  if (whole.state === "wrong" || whole.state === "unproven") {
    const again = await pollAgain(options, watched);
    if (!isDeployed(again)) return { watched: again, http: { state: "not-checked" } };
  }
  return { watched, http: whole, ...(taskResponses && { tasks: taskResponses }) };
}

/** Milliseconds in which a listener rule reaches every node of the load balancer, twice over: up to 14 s were recorded. */
const ruleLimit = 30_000;

const latestOf = ({ snapshots }: WatchedRollout) => snapshots.at(-1) as Snapshot;
/** Returns true when all production traffic goes to the new tasks. */
export const isDeployed = ({ judgement: { verdict } }: WatchedRollout) =>
  verdict === "shifted" || verdict.startsWith("deployed");

/** Verifies that the service serves the earlier version after an automatic rollback. */
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
