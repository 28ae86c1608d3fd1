import type { DeploymentLifecycleHookDetail, ServiceDeployment } from "@aws-sdk/client-ecs";
import { nameIn } from "../../common/aws-names.js";
import { InputError } from "../../common/errors.js";
import { neutral } from "../../common/foreign-text.js";
import { readServiceDeployments } from "../../ecs/service-deployments.js";
import { afterPause, isBeingEnded } from "../../ecs/states.js";
import type { Session } from "../session.js";

/** Reads a service deployment with all its hooks, finished ones included. */
export async function readDeployment(session: Session, arn: string): Promise<ServiceDeployment> {
  const [found] = await readServiceDeployments(session, [arn]);
  if (found) return found;
  throw new InputError("no-deployment", `ECS does not know ${arn} any more. Run status to see what runs now.`);
}

/** Returns the hooks that wait for a user. Pure. */
export function waitingHooks({
  status,
  lifecycleHookDetails = [],
}: ServiceDeployment): DeploymentLifecycleHookDetail[] {
  return isBeingEnded(status) ? [] : lifecycleHookDetails.filter(({ status }) => status === "AWAITING_ACTION");
}

/** Describes a deployment's hooks that wait, one line each, after a line about the deployment itself. Pure. */
export function describeWaiting(deployment: ServiceDeployment): string[] {
  const { serviceDeploymentArn = "", status, lifecycleStage, targetServiceRevision } = deployment;
  const weight = targetServiceRevision?.requestedProductionTrafficWeight;
  const state = [status, lifecycleStage, weight === undefined ? undefined : `${weight} % of production traffic`];
  const hooks = waitingHooks(deployment);
  return [
    `${nameIn(serviceDeploymentArn)}: ${state.filter((one) => one !== undefined).join(", ")}.`,
    ...(hooks.length === 0 ? ["No lifecycle hook waits for a user."] : hooks.map(describeHook)),
  ].map((line) => neutral(line));
}

function describeHook({ hookId, expiresAt, timeoutAction }: DeploymentLifecycleHookDetail): string {
  const until = expiresAt === undefined ? "" : ` until ${expiresAt.toISOString()}`;
  return `${hookId} waits for a user to continue or roll back${until}${afterPause(timeoutAction)}.`;
}

/**
 * Chooses the hook to act on: the named one, or the only one that waits.
 * @returns undefined where none waits and none is named.
 * @throws InputError for a name that no hook has, and when several wait and none is named.
 */
export function chooseHook(
  deployment: ServiceDeployment,
  named: string | undefined,
): DeploymentLifecycleHookDetail | undefined {
  const waiting = waitingHooks(deployment);
  if (named !== undefined) {
    const hook = (deployment.lifecycleHookDetails ?? []).find(({ hookId }) => hookId === named);
    if (hook) return hook;
    throw new InputError(
      "no-such-hook",
      `${JSON.stringify(named.slice(0, 100))} is no hook of the deployment in flight; a hook has a new id at each step. Nothing was changed.\n${list(deployment)}`,
    );
  }
  if (waiting.length <= 1) return waiting[0];
  throw new InputError(
    "several-hooks-wait",
    `${waiting.length} hooks wait: name one with --hook. Nothing was changed.\n${list(deployment)}`,
  );
}

function list(deployment: ServiceDeployment): string {
  return describeWaiting(deployment)
    .map((line) => `  ${line}`)
    .join("\n");
}
