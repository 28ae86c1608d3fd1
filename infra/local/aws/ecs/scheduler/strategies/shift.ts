import { rolloutReason } from "../../event-messages.js";
import type {
  DeploymentRecord,
  HookRecord,
  ServiceDeploymentRecord,
  ServiceRecord,
  TaskRecord,
  TrafficShift,
} from "../../model/ecs-state.js";
import { failDeployment } from "../change-deployments.js";
import { failedHookReason } from "../lifecycle-hooks.js";
import { isProtected } from "../scale-service.js";
import type { SchedulerContext } from "../scheduler-context.js";

/**
 * Deployments with the strategies BLUE_GREEN, LINEAR and CANARY: RECONCILE_SERVICE (only with more than one other active revision) →
 * PRE_SCALE_UP → SCALE_UP → POST_SCALE_UP → TEST_TRAFFIC_SHIFT → POST_TEST_TRAFFIC_SHIFT → (PRE_PRODUCTION_TRAFFIC_SHIFT →
 * PRODUCTION_TRAFFIC_SHIFT) once a step → POST_PRODUCTION_TRAFFIC_SHIFT → BAKE_TIME → CLEAN_UP. All new tasks start beside all old ones.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
 */
export interface Shift {
  context: SchedulerContext;
  service: ServiceRecord;
  primary: DeploymentRecord;
  record: ServiceDeploymentRecord;
  traffic: TrafficShift;
  /** The service's tasks that have not stopped. */
  tasks: readonly TaskRecord[];
}

/** Returns the tasks of the other deployments that are not protected. */
export const unprotected = ({ context, primary, tasks }: Shift): TaskRecord[] =>
  tasks.filter((task) => task.deploymentId !== primary.id && !isProtected(context, task));

/** Ends the deployment, or a rollback of it, after a failed hook. */
export function failOnHookOf(shift: Shift, hook: HookRecord): void {
  failShift(shift, failedHookReason(hook), rolloutReason.hook(hook.stage), rolloutReason.hookRollingBack(hook.stage));
}

/** Rolls the deployment back; one that rolls back already fails. */
export function failShift(
  { context, service, primary }: Shift,
  rolledBack: string,
  rollout: string,
  rollingBack: (id: string) => string,
): void {
  failDeployment(context, service, primary, {
    wantsRollback: true,
    rollout,
    rollingBack,
    stopped: rolledBack,
    rolledBack,
  });
}
