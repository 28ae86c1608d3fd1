import { withDescribedErrors } from "../aws/describe-error.js";
import { nameIn } from "../common/aws-names.js";
import { present } from "../common/present.js";
import { type CurrentService, readService } from "../ecs/service.js";
import { primaryOf } from "../ecs/snapshot.js";
import { explain } from "./explain.js";
import { finishDeploy } from "./finish-deploy.js";
import { makeResult } from "./make-result.js";
import { defaultSettings } from "./plan/deploy-settings.js";
import { serviceChanges, serviceWith } from "./plan/proposal.js";
import { recordProgress } from "./progress-record.js";
import { restoreStrategy } from "./restore-strategy.js";
import type { RolloutResult } from "./result.js";
import { findConcurrentDeploy } from "./revisions/concurrent-deploy.js";
import { checkRunId, type DeployRequest } from "./revisions/deploy-request.js";
import { readReplaced } from "./revisions/replaced-revision.js";
import { rollBackIfNeeded } from "./rollback/roll-back-if-needed.js";
import type { Listened } from "./rollout-listener.js";
import type { RunOptions } from "./run-options.js";
import type { Release } from "./session.js";
import { beforeUpdate } from "./start/change-errors.js";
import { findRollout, type Started } from "./start/find-rollout.js";
import { prepare, start } from "./start/start.js";
import { runPreDeploy } from "./tasks/pre-deploy.js";
import { attachHint } from "./verdicts.js";
import { parseBaselineTag } from "./verify/baseline.js";
import { readBaselineOfService, verifyAfterRollback } from "./verify/serving.js";
import { mayUndo, timeAllowed, watchAndVerify } from "./watch-rollout.js";

/**
 * Deploys a release to the target's service and returns the result. Called again with the same release, it attaches to the rollout in
 * progress, or finds nothing to do.
 * @throws InputError when it is refused before the service is changed; SlipwayError when the outcome is not known.
 */
export async function run(options: RunOptions & Listened): Promise<RolloutResult> {
  const record = recordProgress(options.progress, options.clock);
  return { ...(await deploy({ ...options, progress: record.progress })), events: record.events() };
}

async function deploy(options: RunOptions & Listened): Promise<Omit<RolloutResult, "events">> {
  const { release, clock } = options;
  checkRunId(options.runId);
  const startedAt = clock.now();
  const now = await readService(options.aws, options.target, options.signal);
  const request = requestOf(options);
  const started = await attachOrStart(options, now, request);
  const isInFlight = primaryOf(now.service)?.rolloutState === "IN_PROGRESS";
  const from = (isInFlight && (await replacedEarlier(options, now, started))) || now.running;
  options.progress(opening(now, started, release));
  options.listener?.begun(options, {
    ...{ verb: request.verb, release, from, attached: started.attached, startedAt },
    ...present({ runId: options.runId }),
    taskDefinition: started.subject.taskDefinition,
    isInFlight,
  });
  const before = started.baseline ?? (options.http ? parseBaselineTag(started.probe, options.http) : {});
  const verified = await watchAndVerify(options, now, started, before);
  const { watched, http, tasks, during, shifted, gates, testListener, baseline } = verified;
  const outcome = { started, watched, http, version: release.version, baseline };
  const undone = verified.undone ?? (mayUndo(options) ? await rollBackIfNeeded(options, outcome) : undefined);
  const back = undone && (await verifyAfterRollback(options, undone, baseline));
  const found = await explain(options, now, { watched, http, testListener, gates, undone: back?.undone });
  const strategy = await restoreStrategy(options, started, watched.judgement.verdict);
  const race = await findConcurrentDeploy(options, started.base, watched);
  const result = await makeResult(options, {
    now: { ...now, running: from },
    started,
    watched,
    http,
    startedAt,
    ...found,
    ...present({ tasks, during, shifted, gates, testListener, race, strategy }),
    ...back,
  });
  const finished = await finishDeploy(options, request, now, result);
  await options.listener?.ended(options, finished);
  return finished;
}

function requestOf({ release, verb = "deploy", source, settings = defaultSettings, runId }: RunOptions): DeployRequest {
  return { verb, release, settings, ...present({ source, runId }) };
}

/** Reads what the service ran before the rollout, where it is set to the rollout's revision already. */
async function replacedEarlier(options: RunOptions, now: CurrentService, { attached, subject }: Started) {
  if (!attached || subject.taskDefinition !== now.running.taskDefinition) return undefined;
  return await readReplaced(options, { ...present({ arn: subject.serviceDeploymentArn }), revision: now.current });
}

/** Attaches to the rollout of an earlier call, or starts one after preflight and the pre-deploy task. */
async function attachOrStart(options: RunOptions, now: CurrentService, request: DeployRequest): Promise<Started> {
  const timeoutMs = options.timeoutMs ?? (await timeAllowed(options, planned(now, request)));
  const found = await withDescribedErrors(findRollout(options, now, request, timeoutMs));
  if ("started" in found) return found.started;
  const prepared = await prepare(options, now, request, found.remains, () => readBaselineOfService(options, now));
  await beforeUpdate(runPreDeploy(options, request, now, { ...found.remains, ...prepared }));
  return await start(options, request, timeoutMs, prepared);
}

/** Returns the service with the strategy that the rollout will have: its steps and bake times take their time. */
function planned(now: CurrentService, { settings }: DeployRequest): CurrentService {
  return { ...now, service: serviceWith(now.service, serviceChanges(now, settings)) };
}

function opening(now: CurrentService, { attached, subject }: Started, { version }: Release): string {
  const revision = nameIn(subject.taskDefinition);
  if (attached && subject.taskDefinition !== now.running.taskDefinition)
    return `An earlier call has rolled out ${version} (${revision}): watching it to its end.`;
  if (attached) return `The service is set to ${version} (${revision}) already: watching that rollout to its end.`;
  const from = now.running.version ?? now.running.image;
  return `Rollout of ${version} (${revision}) in place of ${from} has begun. If this ends early: ${attachHint}`;
}
