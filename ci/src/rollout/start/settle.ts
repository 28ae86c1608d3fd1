import { InputError } from "../../errors.js";
import { describeService, type ServiceNow } from "../ecs/read.js";
import { primaryOf } from "../ecs/snapshot.js";
import type { Session } from "../release.js";

/**
 * Waits until the service's primary deployment is COMPLETED: after a rollback, or while old tasks drain, it is not, and a rollout
 * that began then would have nothing to return to.
 * @throws InputError when it does not settle within five minutes, or when the service is set to another revision meanwhile.
 */
export async function settle(session: Session, now: ServiceNow): Promise<void> {
  const { clock, progress, target, signal } = session;
  const end = clock.now() + limit;
  for (let { service } = now, told = false; ; service = await describeService(session.aws, target, signal)) {
    if (service.taskDefinition !== now.service.taskDefinition) throw moved(target.service, service.taskDefinition);
    const primary = primaryOf(service);
    if (primary?.rolloutState !== "IN_PROGRESS") return;
    if (clock.now() >= end) throw unsettled(target.service, primary.id);
    if (!told) progress(`Waiting for ${primary.id} to settle, so that this rollout has something to return to.`);
    told = true;
    await clock.sleep(2000, signal);
  }
}

const limit = 5 * 60_000;

function moved(service: string, taskDefinition: string | undefined): InputError {
  return new InputError(
    "service-moved",
    `Service "${service}" was set to ${taskDefinition} by somebody else just now. See with status what runs, and deploy again.`,
  );
}

function unsettled(service: string, id: string | undefined): InputError {
  return new InputError(
    "unsettled",
    `Service "${service}" has not settled within ${limit / 60_000} minutes: ${id} is still IN_PROGRESS, though its service deployment has ended: its tasks may keep failing. Look at its events (status), and deploy again; or deploy over it with --ignore deployment-in-flight, which leaves ECS only an older deployment to return to.`,
  );
}
