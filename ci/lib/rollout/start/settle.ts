import { InputError } from "../../common/errors.js";
import { type CurrentService, describeService } from "../../ecs/service.js";
import { type RevisionCache, readableDeployments } from "../../ecs/service-deployments.js";
import { primaryOf } from "../../ecs/snapshot.js";
import { refuseBusy } from "../refuse-busy.js";
import type { Session } from "../session.js";
import { shutdownSeconds } from "../watch/deadline.js";
import { readTargetGroups } from "../watch/target-groups.js";

/**
 * Waits until the service's primary deployment is COMPLETED: after a rollback, or while old tasks drain, it is not, and a rollout
 * that began then would have nothing to return to. ECS lists a service deployment some seconds after it shows the classic one, so the
 * list is read again at each poll: an unfinished one there is another deployment and makes the deploy fail.
 * @param since Service deployments from this time on are read, in milliseconds since the epoch on AWS's clock.
 * @throws InputError when another deployment is in flight, when the service does not settle in the time that its old tasks may take to
 * stop, or when it is set to another revision meanwhile.
 */
export async function settle(session: Session, now: CurrentService, since: number): Promise<void> {
  const { clock, progress, target, signal } = session;
  const revisions: RevisionCache = new Map();
  let limit: number | undefined;
  let end = 0;
  for (let { service } = now; ; service = await describeService(session.aws, target, signal)) {
    if (service.taskDefinition !== now.service.taskDefinition) throw moved(target.service, service.taskDefinition);
    const primary = primaryOf(service);
    if (primary?.rolloutState !== "IN_PROGRESS") return;
    await refuseBusy(session, { ...now, service }, await readableDeployments(session, since, revisions));
    if (limit === undefined) {
      limit = await limitOf(session, now);
      end = clock.now() + limit;
      progress(
        `Waiting for ${primary.id} to settle, so that this rollout has something to return to; at most ${minutes(limit)} min.`,
      );
    }
    if (clock.now() >= end) throw unsettled(target.service, primary.id, limit);
    await clock.sleep(2000, signal);
  }
}

/** Time beyond the drain and stop of old tasks, in milliseconds: from their end to COMPLETED, and for the replacement of failed tasks. */
const margin = 5 * 60_000;

async function limitOf(session: Session, { service, current }: CurrentService): Promise<number> {
  const groups = await readTargetGroups(session, service);
  return margin + shutdownSeconds(service, current.taskDefinition, groups) * 1000;
}

function moved(service: string, taskDefinition: string | undefined): InputError {
  return new InputError(
    "service-moved",
    `Service "${service}" was set to ${taskDefinition} by another deployment just now. Run status, then deploy again.`,
  );
}

function unsettled(service: string, id: string | undefined, limit: number): InputError {
  return new InputError(
    "unsettled",
    `Service "${service}" has not settled within ${minutes(limit)} minutes: ${id} is still IN_PROGRESS, though ECS lists no unfinished service deployment: its tasks may keep failing. Look at its events (status), and deploy again; or deploy over it with --ignore deployment-in-flight, which leaves ECS only an older deployment to return to.`,
  );
}

function minutes(ms: number): number {
  return Math.ceil(ms / 60_000);
}
