import { tryRead } from "../aws/try-read.js";
import { nameIn } from "../common/aws-names.js";
import { InputError } from "../common/errors.js";
import type { CurrentService } from "../ecs/service.js";
import {
  describeServiceDeployment,
  type ListedDeployment,
  type ReadableDeployments,
} from "../ecs/service-deployments.js";
import { primaryOf, type ServiceDeploymentView } from "../ecs/snapshot.js";
import { describeInFlight, latestOf, unfinishedOf } from "./plan/deployment-in-flight.js";
import type { Session } from "./session.js";

/**
 * Refuses a deploy while another deployment is in flight: a new one would replace it, and one that begins during a rollback has nothing
 * to return to and can stall.
 * @throws InputError that names the deployment in flight, its stage and what to do.
 */
export async function refuseBusy(session: Session, now: CurrentService, known: ReadableDeployments): Promise<void> {
  const busy = await findBusy(session, now, known);
  if (!busy) return;
  throw new InputError(
    "deployment-in-flight",
    `Service "${session.target.service}" is being deployed to: ${busy.what} is ${busy.state}. ${busy.next}`,
  );
}

async function findBusy(session: Session, { service }: CurrentService, known: ReadableDeployments) {
  const unfinished = unfinishedOf(known);
  if (unfinished) {
    const view = await readInFlight(session, unfinished);
    return {
      what: `${nameIn(unfinished.arn)} to ${nameIn(unfinished.taskDefinition)}`,
      ...describeInFlight(unfinished.status, view),
    };
  }
  const primary = primaryOf(service);
  // Its service deployment may not be listed yet. A listed one has ended, and its old tasks leave on their own.
  if (primary?.rolloutState !== "IN_PROGRESS" || latestOf(known, primary.taskDefinition ?? "")) return undefined;
  return { what: `${primary.id} to ${nameIn(primary.taskDefinition ?? "")}`, ...describeInFlight("IN_PROGRESS") };
}

/** Reads stage, weights and hooks of a deployment in flight. They only explain a refusal: without them it stands too. */
export async function readInFlight(
  session: Session,
  unfinished: ListedDeployment,
): Promise<ServiceDeploymentView | undefined> {
  const read = await tryRead(describeServiceDeployment(session, unfinished.arn), session.signal);
  return "value" in read ? read.value : undefined;
}
