import { withDescribedErrors } from "../aws/describe-error.js";
import { AccessDeniedError } from "../aws/errors.js";
import type { RawTaskDefinition } from "../aws/raw-task-definition.js";
import { nameIn } from "../common/aws-names.js";
import { present } from "../common/present.js";
import { type Running, runningOf } from "../ecs/containers.js";
import { revisionTag } from "../ecs/revision-tags.js";
import { type CurrentService, readService } from "../ecs/service.js";
import { notPermitted, taskDefinitionsOf } from "../ecs/service-deployments.js";
import type { Subject } from "../ecs/snapshot.js";
import { explain } from "./explain.js";
import { findNewestDeployment, type NewestDeployment } from "./hooks/newest-deployment.js";
import { makeResult } from "./make-result.js";
import { recordProgress } from "./progress-record.js";
import type { RolloutResult } from "./result.js";
import { describeRevision, registeredAt, tagOf } from "./revisions/own-revisions.js";
import { readReplaced } from "./revisions/replaced-revision.js";
import type { RunOptions } from "./run-options.js";
import type { Session } from "./session.js";
import { deploymentOf } from "./start/rollout-lookup.js";
import { parseBaselineTag } from "./verify/baseline.js";
import { timeAllowed, watchAndVerify } from "./watch-rollout.js";

/** Options of a watch: a deploy's, without those that change the service. */
export type WatchOptions = Omit<
  RunOptions,
  "release" | "verb" | "source" | "permitted" | "undo" | "settings" | "runId"
>;

/** The deployment that is watched. */
interface Found extends Pick<NewestDeployment, "service" | "arn" | "isInFlight"> {
  /** Revision that it rolls out. */
  revision: RawTaskDefinition;
  /** Start of the deployment, in milliseconds since the epoch on AWS's clock. */
  since: number;
  /** Reason for which its service deployment can't be read. */
  classicOnly?: string;
}

/**
 * Watches the service's deployment in flight to its end, also one that another tool began, or judges the last one. Changes nothing.
 * @throws InputError when the service can't be read; SlipwayError when the watch breaks off.
 */
export async function runWatch(options: WatchOptions): Promise<RolloutResult> {
  const record = recordProgress(options.progress, options.clock);
  const result = await watchNewest({ ...options, progress: record.progress });
  return { ...result, watchedOnly: true, events: record.events() };
}

async function watchNewest(options: WatchOptions): Promise<Omit<RolloutResult, "events">> {
  const { target, clock, progress } = options;
  const startedAt = clock.now();
  const current = await readService(options.aws, target, options.signal);
  const found = await withDescribedErrors(findDeployment(options, current));
  const from = await readReplaced(options, found);
  const running = runningOf(found.revision, target);
  const { taskDefinition, version = nameIn(taskDefinition), image, digest = "" } = running;
  progress(opening(found, version, taskDefinition));
  const release = { version, image, digest };
  // The revision's own log settings and roles explain its failures; events from before the deployment are no news.
  const now = { service: withOlderEvents(found), current: found.revision, running: from ?? current.running };
  const timeoutMs = options.timeoutMs ?? (await timeAllowed(options, now));
  // What the app answers is compared with a version only where the revision names one.
  const { http, ...rest } = { ...options, release, permitted: { earlyStop: false, onTimeout: "leave" as const } };
  const run: RunOptions = running.version === undefined || !http ? rest : { ...rest, http };
  const subject = subjectOf(options, found, running, clock.now() + timeoutMs);
  const before = run.http ? parseBaselineTag(tagOf(found.revision, revisionTag.probe), run.http) : {};
  const {
    watched,
    http: checked,
    tasks,
    during,
    shifted,
    testListener,
  } = await watchAndVerify(run, now, { subject }, before);
  const explanation = await explain(run, now, { watched, http: checked, testListener });
  return await makeResult(run, {
    now,
    started: { subject, attached: true, changes: [], service: {} },
    watched,
    http: checked,
    startedAt,
    ...explanation,
    ...present({ tasks, during, shifted, testListener }),
  });
}

/** Finds the newest service deployment; where that can't be read or none is listed, the service's primary deployment stands for it. */
async function findDeployment(session: Session, current: CurrentService): Promise<Found> {
  const primary = { service: current.service, revision: current.current, since: registeredAt(current.current) };
  try {
    const newest = await findNewestDeployment(session);
    const { arn, target: goal = "", createdAt: since = 0 } = newest;
    if (arn === undefined)
      return { ...primary, isInFlight: false, classicOnly: "ECS keeps them for 90 days, and lists none" };
    const taskDefinition = (await taskDefinitionsOf(session, [goal])).get(goal) ?? "";
    const isCurrent = taskDefinition === current.running.taskDefinition;
    const revision = isCurrent ? current.current : await describeRevision(session, taskDefinition);
    return { ...newest, arn, since, revision };
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    return { ...primary, isInFlight: true, classicOnly: notPermitted(error) };
  }
}

function subjectOf(
  { target }: Session,
  { arn, service, revision, since, classicOnly }: Found,
  running: Running,
  deadline: number,
): Subject {
  const stopped = tagOf(revision, revisionTag.stopped);
  return {
    taskDefinition: running.taskDefinition,
    container: target.container,
    digests: running.digest === undefined ? [] : [running.digest],
    image: running.image,
    registeredAt: since,
    deadline,
    ...deploymentOf(service, running.taskDefinition),
    ...present({
      serviceDeploymentArn: arn,
      classicOnly,
      rollback: stopped === undefined ? undefined : { why: stopped },
    }),
  };
}

function withOlderEvents({ service, since }: Found): CurrentService["service"] {
  const { events = [] } = service;
  return { ...service, events: events.filter(({ createdAt }) => (createdAt?.getTime() ?? 0) < since) };
}

function opening({ isInFlight, arn, revision }: Found, version: string, taskDefinition: string): string {
  const what = `${arn === undefined ? "" : `${nameIn(arn)}, `}${version} (${nameIn(taskDefinition)})`;
  const why = tagOf(revision, revisionTag.verb) === "undo" ? tagOf(revision, revisionTag.because) : undefined;
  const because = why === undefined ? "" : ` It is an automatic rollback, because ${why}.`;
  return isInFlight
    ? `Watching ${what} to its end.${because}`
    : `No deployment is in flight: judging the last one, ${what}.${because}`;
}
