import type { DeploymentLifecycleHookAction, ServiceDeployment } from "@aws-sdk/client-ecs";
import { withDescribedErrors } from "../../aws/describe-error.js";
import { AccessDeniedError, isThrottling } from "../../aws/errors.js";
import { abort, sdk } from "../../aws/sdk.js";
import { nameIn } from "../../common/aws-names.js";
import { InputError } from "../../common/errors.js";
import { isBeingEnded, isFinished } from "../../ecs/states.js";
import type { Session } from "../session.js";
import { findNewestDeployment } from "./newest-deployment.js";
import { chooseHook, describeWaiting, readDeployment, waitingHooks } from "./waiting-hooks.js";

/** The id of a hook, https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContinueServiceDeployment.html */
const hookIdPattern = /^ecs-[a-z]+-[\w-]{1,200}$/;

/** @throws InputError for a text that is no hook's id. */
export function checkHookId(hook: string | undefined): void {
  if (hook === undefined || hookIdPattern.test(hook)) return;
  throw new InputError(
    "bad-hook",
    `--hook is ${JSON.stringify(hook.slice(0, 100))}. Accepted: a hook's id, such as ecs-pause-1a2b3c; continue --list shows those that wait.`,
  );
}

/** Lists what waits in the deployment in flight. Changes nothing. */
export async function listWaiting(session: Session): Promise<string> {
  const { arn, isInFlight } = await withDescribedErrors(findNewestDeployment(session));
  if (arn === undefined || !isInFlight) return nothingInFlight(session);
  return describeWaiting(await withDescribedErrors(readDeployment(session, arn))).join("\n");
}

/**
 * Continues the deployment in flight at a hook that waits.
 * @param hook The hook's id; by default the only one that waits.
 * @throws InputError when nothing waits, or when several hooks wait and none is named. Nothing is changed then.
 */
export async function continueDeployment(session: Session, hook?: string): Promise<string> {
  return await withDescribedErrors(performContinue(session, hook));
}

async function performContinue(session: Session, named: string | undefined): Promise<string> {
  const { arn, isInFlight } = await findNewestDeployment(session);
  if (arn === undefined || !isInFlight) throw new InputError("nothing-waits", nothingInFlight(session));
  const deployment = await readDeployment(session, arn);
  const chosen = chooseHook(deployment, named);
  if (!chosen) throw new InputError("nothing-waits", `Nothing was changed. ${describeWaiting(deployment).join(" ")}`);
  const { hookId = "", status } = chosen;
  if (status === "SUCCEEDED") return `${hookId} has been continued already. ${howItEnds}`;
  if (status !== "AWAITING_ACTION") throw hasMoved(hookId, status);
  if (isBeingEnded(deployment.status)) throw isEnding(hookId, deployment.status);
  show(session, deployment);
  const done = await endPause(session, arn, hookId, "CONTINUE");
  const others = waitingHooks(deployment).filter((one) => one.hookId !== hookId);
  const then = others.length === 0 ? howItEnds : `It still waits at ${others.map((one) => one.hookId).join(", ")}.`;
  return `${done} ${then}`;
}

/**
 * Rolls back the deployment in flight: at a hook that waits, or, where none does, by StopServiceDeployment.
 * @param hook The hook's id; by default the only one that waits.
 * @throws InputError when nothing is in flight, when there is nothing to return to, or when several hooks wait and none is named.
 */
export async function abortDeployment(session: Session, hook?: string): Promise<string> {
  return await withDescribedErrors(performAbort(session, hook));
}

async function performAbort(session: Session, named: string | undefined): Promise<string> {
  const { arn, isInFlight } = await findNewestDeployment(session);
  if (arn === undefined || !isInFlight) {
    const next = "To return to the release before: rollback.";
    throw new InputError("nothing-in-flight", `${nothingInFlight(session)} ${next}`);
  }
  const deployment = await readDeployment(session, arn);
  const { status = "", sourceServiceRevisions = [] } = deployment;
  const name = nameIn(arn);
  if (isBeingEnded(status)) return `${name} is being ended already (${status}). ${howItEnds}`;
  if (sourceServiceRevisions.length === 0) {
    throw new InputError(
      "no-candidate",
      `${name} replaces no service revision, so ECS has nothing to return to. Nothing was changed. Wait for its end, deploy a version that runs, or delete the service.`,
    );
  }
  const chosen = chooseHook(deployment, named);
  show(session, deployment);
  if (chosen && chosen.status !== "AWAITING_ACTION") throw hasMoved(chosen.hookId ?? "", chosen.status);
  const done = chosen ? await endPause(session, arn, chosen.hookId ?? "", "ROLLBACK") : await stop(session, arn);
  return `${done} ${howItEnds}`;
}

const howItEnds = "The outcome: watch.";

function nothingInFlight({ target }: Session): string {
  return `No deployment of service "${target.service}" is in flight. Nothing was changed.`;
}

function show({ progress }: Session, deployment: ServiceDeployment): void {
  for (const line of describeWaiting(deployment)) progress(line);
}

/**
 * Acts on a hook. After an error the hook is read again: a call whose answer was lost has been executed, and one that comes too late is
 * refused.
 */
export async function endPause(
  session: Session,
  arn: string,
  hookId: string,
  action: DeploymentLifecycleHookAction,
): Promise<string> {
  const command = new sdk.ecs.ContinueServiceDeploymentCommand({ serviceDeploymentArn: arn, hookId, action });
  const done = `${nameIn(arn)} ${action === "CONTINUE" ? "continues" : "rolls back"} at ${hookId}.`;
  try {
    await session.aws.ecs.send(command, abort(session));
    return done;
  } catch (error) {
    session.signal?.throwIfAborted();
    if (error instanceof AccessDeniedError || isThrottling(error)) throw error;
    const now = await readDeployment(session, arn);
    const status = now.lifecycleHookDetails?.find((one) => one.hookId === hookId)?.status;
    if (status === (action === "CONTINUE" ? "SUCCEEDED" : "FAILED")) return done;
    if (waitingHooks(now).some((one) => one.hookId === hookId)) throw error;
    if (isBeingEnded(now.status)) throw isEnding(hookId, now.status);
    throw hasMoved(hookId, status);
  }
}

/** Requests the rollback of a deployment. It has the same effect when it is requested again. */
async function stop(session: Session, arn: string): Promise<string> {
  const command = new sdk.ecs.StopServiceDeploymentCommand({ serviceDeploymentArn: arn, stopType: "ROLLBACK" });
  try {
    await session.aws.ecs.send(command, abort(session));
  } catch (error) {
    session.signal?.throwIfAborted();
    if (error instanceof AccessDeniedError || isThrottling(error)) throw error;
    const { status = "" } = await readDeployment(session, arn);
    if (isFinished(status)) {
      throw new InputError(
        "nothing-in-flight",
        `${nameIn(arn)} has ended meanwhile (${status}). To return to the release before: rollback.`,
      );
    }
    if (!isBeingEnded(status)) throw error;
  }
  return `${nameIn(arn)} rolls back: no hook waits, so ECS was requested to stop it.`;
}

function isEnding(hookId: string, status = ""): InputError {
  return new InputError(
    "hook-moved",
    `${hookId} does not wait any more: its deployment is being ended, or has ended (${status}). See watch for the outcome.`,
  );
}

function hasMoved(hookId: string, status: string | undefined): InputError {
  return new InputError(
    "hook-moved",
    `${hookId} does not wait any more: its status is ${status ?? "not known"}. See continue --list for what waits now, and watch for the outcome.`,
  );
}
