import type { ScalableTarget } from "@aws-sdk/client-application-auto-scaling";
import { abort, sdk } from "../aws/sdk.js";
import { tryRead } from "../aws/try-read.js";
import type { Readable } from "../common/readable.js";
import type { EcsContext } from "./context.js";

/** Range of a service's autoscaling, and what of it is suspended. */
export type Scaling = Pick<ScalableTarget, "MinCapacity" | "MaxCapacity" | "SuspendedState">;

/** @returns undefined where the service has no autoscaling. */
export async function readScaling(context: EcsContext): Promise<Readable<Scaling | undefined>> {
  const { cluster, service } = context.target;
  const read = async () => {
    const command = new sdk.autoscaling.DescribeScalableTargetsCommand({
      ServiceNamespace: "ecs",
      ResourceIds: [`service/${cluster}/${service}`],
      ScalableDimension: "ecs:service:DesiredCount",
    });
    const autoscaling = await context.aws.lazy.autoscaling();
    return (await autoscaling.send(command, abort(context))).ScalableTargets?.[0];
  };
  return await tryRead(read(), context.signal);
}

/** Returns whether all these kinds of scaling are suspended. */
export function isSuspended({ SuspendedState = {} }: Scaling, kinds: readonly ("In" | "Out" | "Scheduled")[]): boolean {
  const state = {
    In: SuspendedState.DynamicScalingInSuspended,
    Out: SuspendedState.DynamicScalingOutSuspended,
    Scheduled: SuspendedState.ScheduledScalingSuspended,
  };
  return kinds.every((kind) => state[kind]);
}
