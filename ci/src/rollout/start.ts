import type { Deployment, Service } from "@aws-sdk/client-ecs";
import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { type JsonObject, registerTaskDefinition } from "../aws/raw.js";
import { withoutRetries } from "../aws/retries.js";
import { attach, refuseBusy, registeredAt } from "./attach.js";
import { attemptTags } from "./attempt.js";
import { ask, isThrottling, isUncertain } from "./aws-errors.js";
import { backoff } from "./pace.js";
import { type Change, plan } from "./plan.js";
import { describeService, type ServiceNow } from "./read.js";
import type { Release, Session } from "./release.js";
import { abort } from "./send-options.js";
import { knownDeployments } from "./service-deployments.js";
import { settle } from "./settle.js";
import type { Subject } from "./snapshot.js";
import { refused, unanswered } from "./start-errors.js";

/** A rollout that is under way, or the one that brought what runs already. */
export interface Started {
  subject: Subject;
  /** Whether this call found it rather than began it. */
  attached: boolean;
  changes: Change[];
}

/**
 * Begins the rollout of a release, or finds the one that is there.
 *
 * What holds: one call sends at most one UpdateService, and sends none when the service is already set to this version and image by a
 * rollout that is in flight or ended well. RegisterTaskDefinition and UpdateService are never retried blindly: a throttled call was
 * not executed and is sent again, a lost answer is not. An UpdateService whose answer is lost is looked for in ECS.
 * What does not hold yet: a call that is killed between the two leaves a revision that the next one does not find and registers anew;
 * two calls at the same time can both begin.
 *
 * @param timeoutMs How long the rollout may take before the verdict is `timed-out`.
 * @throws InputError when another rollout is in flight; SlipwayError when ECS refuses or does not answer.
 */
export async function start(session: Session, now: ServiceNow, release: Release, timeoutMs: number): Promise<Started> {
  const deadline = () => session.clock.now() + timeoutMs;
  const known = await knownDeployments(session, registeredAt(now));
  const found = attach(session.target, now, known, release, deadline());
  if (found) return { subject: found, attached: true, changes: [] };
  refuseBusy(session.target, now, known);
  await settle(session, now);

  const base = now.running.taskDefinition;
  const tags = attemptTags(session.target, release, base);
  const { registration, changes } = plan(now.current, session.target.container, release, tags);
  const revision = await register(session, registration);
  const taskDefinition = String(revision.taskDefinitionArn);
  session.progress(`Registered ${taskDefinition.split("/").at(-1)}.`);
  const deploymentId = await update(session, taskDefinition);
  return {
    subject: {
      taskDefinition,
      container: session.target.container,
      digests: [release.digest],
      registeredAt: Number(revision.registeredAt ?? 0) * 1000,
      deadline: deadline(),
      ...(deploymentId !== undefined && { deploymentId }),
    },
    attached: false,
    changes,
  };
}

function register(session: Session, registration: JsonObject): Promise<JsonObject> {
  return once(session, "RegisterTaskDefinition", () =>
    registerTaskDefinition(session.aws.ecs, registration, session.signal),
  );
}

/** @returns The classic deployment's id: the PRIMARY in the answer whose task definition is ours. */
async function update(session: Session, taskDefinition: string): Promise<string | undefined> {
  const { cluster, service } = session.target;
  const send = () =>
    session.aws.ecs.send(
      withoutRetries(new UpdateServiceCommand({ cluster, service, taskDefinition })),
      abort(session),
    );
  try {
    const answer = await once(session, "UpdateService", send);
    return primaryOn(answer.service, taskDefinition)?.id;
  } catch (error) {
    if (!isUncertain((error as Error).cause)) throw error;
    session.progress("The answer to UpdateService was lost: looking whether ECS has begun the rollout.");
    return findAfterLostAnswer(session, taskDefinition, error);
  }
}

/** Ten looks over 20 s: ECS shows an update at once, or soon after. */
async function findAfterLostAnswer(
  session: Session,
  taskDefinition: string,
  lost: unknown,
): Promise<string | undefined> {
  for (let look = 0; look < 10; look++) {
    const service = await describeService(session.aws, session.target, session.signal);
    const ours = primaryOn(service, taskDefinition);
    if (ours) return ours.id;
    await session.clock.sleep(2000, session.signal);
  }
  throw lost;
}

function primaryOn(service: Service | undefined, taskDefinition: string): Deployment | undefined {
  return service?.deployments?.find((one) => one.status === "PRIMARY" && one.taskDefinition === taskDefinition);
}

/** Sends a call that must not be executed twice. Only a throttled one is sent again: it was not executed. */
async function once<T>(session: Session, operation: string, send: () => Promise<T>): Promise<T> {
  for (let times = 1; ; times++) {
    try {
      return await ask(`ecs:${operation}`, send());
    } catch (error) {
      if (isUncertain(error)) throw unanswered(operation, error as Error);
      if (!isThrottling(error) || times > 5) throw refused(operation, error as Error);
      session.progress(`ECS asks for fewer calls: ${operation} is sent again in ${backoff(times) / 1000} s.`);
      await session.clock.sleep(backoff(times), session.signal);
    }
  }
}
