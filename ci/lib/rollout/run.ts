import { nameIn } from "../common/aws-names.js";
import { type CurrentService, readService } from "../ecs/service.js";
import { explain } from "./explain.js";
import type { AllowedActions } from "./fail-fast/fail-fast.js";
import { finishDeploy } from "./finish-deploy.js";
import { makeResult } from "./make-result.js";
import { defaultSettings } from "./plan/deploy-settings.js";
import { recordProgress } from "./progress-record.js";
import type { RolloutResult } from "./result.js";
import { findConcurrentDeploy } from "./revisions/concurrent-deploy.js";
import { checkRunId, type DeployRequest } from "./revisions/deploy-request.js";
import { rollBackIfNeeded } from "./rollback/roll-back-if-needed.js";
import type { RunOptions } from "./run-options.js";
import type { Release, Session } from "./session.js";
import { noSpan } from "./span.js";
import { type Started, start } from "./start/start.js";
import { attachHint } from "./verdicts.js";
import { parseBaselineTag } from "./verify/baseline.js";
import { monitorUrl } from "./verify/during-rollout.js";
import { readBaselineOfService, verifyAfterRollback, verifyServing } from "./verify/serving.js";
import { rolloutTimeLimit } from "./watch/deadline.js";
import { readTargetGroups } from "./watch/target-groups.js";
import { type WatchedRollout, watch } from "./watch/watch.js";

/**
 * Deploys a release to the target's service and returns the result. Called again with the same release, it attaches to the rollout in
 * progress, or finds nothing to do.
 * @throws InputError when it is refused before the service is changed; SlipwayError when the outcome is not known.
 */
export async function run(given: RunOptions): Promise<RolloutResult> {
  const record = recordProgress(given.progress, given.clock);
  const options = { ...given, progress: record.progress };
  const { release, verb = "deploy", source, settings = defaultSettings, runId, ...session } = options;
  const { version } = release;
  checkRunId(runId);
  const mayUndo = verb === "deploy" && options.undo !== false;
  const startedAt = session.clock.now();
  const now = await readService(session.aws, session.target, session.signal);
  const request: DeployRequest = {
    verb,
    release,
    settings,
    ...(source && { source }),
    ...(runId !== undefined && { runId }),
  };
  const timeoutMs = options.timeoutMs ?? (await timeAllowed(session, now));
  const started = await start(session, now, request, timeoutMs, () => readBaselineOfService(options, now));
  session.progress(opening(now, started, release));
  const permitted: AllowedActions = { earlyStop: true, onTimeout: "leave", ...options.permitted };
  const baseline = started.baseline ?? (options.http ? parseBaselineTag(started.probe, options.http) : {});
  const monitor = monitorUrl(options, baseline);
  const known = eventsBefore(now, Number.POSITIVE_INFINITY);
  const { span = noSpan } = session;
  const ended = await span(
    `roll out ${version} (${nameIn(started.subject.taskDefinition)})`,
    () => watch(session, started.subject, known, permitted, monitor.ask).finally(monitor.end),
    failureOf,
  );
  const during = monitor.seen();
  const { watched, http, tasks } = await verifyServing(options, ended, version, baseline, monitor.rightInARow());
  const undone = mayUndo ? await rollBackIfNeeded(session, { started, watched, http, version, baseline }) : undefined;
  const back = undone && (await verifyAfterRollback(options, undone, baseline));
  const found = await explain(session, now, { watched, http, undone: back?.undone });
  const race = await findConcurrentDeploy(session, started.base, watched);
  const report = makeResult(options, {
    now,
    started,
    watched,
    http,
    startedAt,
    ...found,
    ...(tasks && { tasks }),
    ...(during && { during }),
    ...(race && { race }),
    ...back,
  });
  return { ...(await finishDeploy(session, request, now, report)), events: record.events() };
}

/** Returns the reason why a rollout's span failed; undefined when it did not. */
function failureOf({ judgement: { verdict, reason } }: WatchedRollout): string | undefined {
  return verdict === "deployed" || verdict === "deployed-early" ? undefined : `${verdict}: ${reason}`;
}

async function timeAllowed(session: Session, { service, current }: CurrentService): Promise<number> {
  return rolloutTimeLimit(service, current.taskDefinition, await readTargetGroups(session, service)).ms;
}

function opening(now: CurrentService, { attached, subject }: Started, { version }: Release): string {
  const revision = nameIn(subject.taskDefinition);
  if (attached && subject.taskDefinition !== now.running.taskDefinition)
    return `An earlier call has rolled out ${version} (${revision}): looking what became of it.`;
  if (attached) return `The service is set to ${version} (${revision}) already: watching that rollout to its end.`;
  const from = now.running.version ?? now.running.image;
  return `Rollout of ${version} (${revision}) in place of ${from} has begun. If this ends early: ${attachHint}`;
}

/** Returns the ids of the service's events before a time on AWS's clock. */
function eventsBefore({ service }: CurrentService, time: number): ReadonlySet<string> {
  const before = service.events?.filter((event) => (event.createdAt?.getTime() ?? 0) < time);
  return new Set(before?.map((event) => event.id ?? ""));
}
