import type { Service } from "@aws-sdk/client-ecs";
import { withDescribedErrors } from "../aws/describe-error.js";
import { abort, sdk } from "../aws/sdk.js";
import { InputError, SlipwayError } from "../common/errors.js";
import type { Readable } from "../common/readable.js";
import { isSuspended, readScaling, type Scaling } from "../ecs/scaling.js";
import { type CurrentService, describeService, eventIds } from "../ecs/service.js";
import { refuseLocked } from "../rollout/lock/lock.js";
import type { Session } from "../rollout/session.js";
import { verdicts } from "../rollout/verdicts.js";
import { elapsed } from "../rollout/watch/elapsed.js";

export interface ScaleOptions {
  count: number;
  timeoutMs: number;
}

/** Milliseconds between two reads of the service. */
const pace = 3_000;
/** Milliseconds for which the wanted number of tasks must run where ECS reports no steady state. */
const settled = 30_000;

/**
 * Sets the desired count of the service and waits until that many tasks run and the service is steady.
 * @returns One sentence.
 * @throws InputError when the service is locked, or when autoscaling does not permit the count; SlipwayError when the service is not steady in time, or another user
 * changes the count meanwhile.
 */
export async function scale(
  session: Session,
  { service }: CurrentService,
  { count, timeoutMs }: ScaleOptions,
): Promise<string> {
  const { aws, target, clock, progress } = session;
  const from = service.desiredCount ?? 0;
  // A call that only waits changes nothing.
  if (from !== count) await refuseLocked(session, service, `Its number of tasks stays ${from}`);
  const scaling = await withDescribedErrors(readScaling(session));
  checkScaling(session, scaling, count);
  const startedAt = clock.now();
  const known = new Set(eventIds(service));
  if (from === count)
    progress(`The desired count of ${target.service} is ${count} already: waiting until it is steady.`);
  else {
    const { cluster, service: name } = target;
    const command = new sdk.ecs.UpdateServiceCommand({ cluster, service: name, desiredCount: count });
    await withDescribedErrors(aws.ecs.send(command, abort(session)));
    progress(`The desired count of ${name} is ${count} now; it was ${from}.`);
  }
  let reachedAt: number | undefined;
  let shown = "";
  for (;;) {
    const now = await describeService(aws, target, session.signal);
    const time = elapsed(clock.now() - startedAt);
    if (now.desiredCount !== count) throw changed(session, count, now);
    const fresh = (now.events ?? []).filter(({ id = "" }) => !known.has(id)).reverse();
    for (const { id = "", message = "" } of fresh) {
      known.add(id);
      progress(`${time} ${message}`);
    }
    const state = stateOf(now);
    if (state !== shown) progress(`${time} ${state}`);
    shown = state;
    reachedAt = isReached(now, count) ? (reachedAt ?? clock.now()) : undefined;
    const isSteady = from === count || fresh.some(({ message = "" }) => message.includes("has reached a steady state"));
    if (reachedAt !== undefined && (isSteady || clock.now() - reachedAt >= settled)) {
      const change = from === count ? `has ${count} tasks as before` : `was scaled from ${from} to ${count}`;
      return `${target.service} ${change}: ${state}, after ${time.slice(1)}.\n`;
    }
    if (clock.now() - startedAt >= timeoutMs) throw tooSlow(session, count, state, now);
    await clock.sleep(pace, session.signal);
  }
}

function isReached({ runningCount, pendingCount, deployments = [] }: Service, count: number): boolean {
  return runningCount === count && (pendingCount ?? 0) === 0 && deployments.length === 1;
}

function stateOf({ runningCount = 0, pendingCount = 0, desiredCount = 0, deployments = [] }: Service): string {
  const pending = pendingCount > 0 ? `, ${pendingCount} pending` : "";
  const rollouts = deployments.length > 1 ? `, ${deployments.length} deployments at once` : "";
  return `${runningCount} of ${desiredCount} running${pending}${rollouts}`;
}

function checkScaling({ target, progress }: Session, scaling: Readable<Scaling | undefined>, count: number): void {
  if ("unknown" in scaling) {
    progress(`Autoscaling of ${target.service} is not checked: ${scaling.unknown}.`);
    return;
  }
  if (scaling.value === undefined) return;
  const { MinCapacity = 0, MaxCapacity = 0 } = scaling.value;
  if (isSuspended(scaling.value, ["In", "Out", "Scheduled"])) return;
  if (count < MinCapacity || count > MaxCapacity) {
    throw new InputError(
      "autoscaled",
      `Autoscaling of ${target.service} keeps ${MinCapacity} to ${MaxCapacity} tasks, and would undo --count ${count}. Nothing was changed. Accepted: a count from ${MinCapacity} to ${MaxCapacity}; or change the range: aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/${target.cluster}/${target.service} --min-capacity N --max-capacity N.`,
    );
  }
  progress(
    `Autoscaling keeps ${MinCapacity} to ${MaxCapacity} tasks of ${target.service}, and may change the count again.`,
  );
}

function changed({ target }: Session, count: number, { desiredCount }: Service): SlipwayError {
  return new SlipwayError(
    "count-changed",
    verdicts.superseded.exitCode,
    `The desired count of ${target.service} was set to ${count}, and another user or autoscaling has changed it to ${desiredCount} meanwhile. Find the caller of UpdateService in AWS CloudTrail.`,
  );
}

function tooSlow({ target }: Session, count: number, state: string, { events = [] }: Service): SlipwayError {
  const last = events.slice(0, 3).map(({ message = "" }) => `  ${message}`);
  return new SlipwayError(
    "scale-timed-out",
    verdicts["timed-out"].exitCode,
    [
      `${target.service} is not steady with ${count} tasks in the time allowed: ${state}. ECS continues. The last events:`,
      ...last,
      "Next: logs --failing shows tasks that fail; run the same command again to continue waiting.",
    ].join("\n"),
  );
}
