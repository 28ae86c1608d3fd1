import type { HookRecord } from "../../model/ecs-state.js";
import { endServiceDeployment } from "../change-deployments.js";
import { addHooks, advanceHooks, haveHooksPassed } from "../lifecycle-hooks.js";
import { stopServiceTasks } from "../scale-service.js";
import { wake } from "../scheduler-context.js";
import { isAtCount, keepCount } from "./keep-count.js";
import { failOnHookOf, type Shift, unprotected } from "./shift.js";
import { productionShare, rulesOfDeployment, shiftTraffic } from "./traffic.js";

/**
 * Rolls back: once the source's tasks are all healthy, sends all traffic to them again, then stops the new tasks. Has no stages of its own, and
 * makes no new service revision. Lambda hooks of the traffic stages that the deployment had entered are invoked again, and must pass.
 */
export function shiftBack(shift: Shift): void {
  const { context, service, primary, record, traffic, tasks } = shift;
  const { timing, now } = context;
  const failed = callHooksAgain(shift);
  if (failed !== undefined) {
    failOnHookOf(shift, failed);
    return;
  }
  keepCount(context, service, primary, tasks);
  if (traffic.test > 0 || traffic.production > 0 || isElsewhere(shift)) {
    const at = (record.rollback?.startedAt ?? now) + timing.ruleChange;
    wake(context, at);
    if (now < at || !isAtCount(context, service, primary, tasks)) return;
    shiftTraffic(context, primary, "production", 100);
    shiftTraffic(context, primary, "test", 100);
    Object.assign(traffic, {
      test: 0,
      production: 0,
      backAt: now + timing.productionShift + (rulesOfDeployment(context, primary).network ? timing.networkShift : 0),
    });
    record.updatedAt = now;
    context.changed = true;
  }
  const backAt = traffic.backAt ?? now;
  wake(context, backAt);
  if (now < backAt) return;
  stopServiceTasks(context, service, primary, unprotected(shift));
  wake(context, primary.startAfter);
  const isOver = tasks.every((task) => task.deploymentId === primary.id) && now >= primary.startAfter;
  if (isOver && haveHooksPassed(record, true) && isAtCount(context, service, primary, tasks))
    endServiceDeployment(context, record, "ROLLBACK_SUCCESSFUL");
}

/**
 * Returns whether a rollback has yet to return production traffic that its own deployment did not move: a deployment before it had, and was
 * replaced after that.
 */
function isElsewhere({ context, primary, traffic }: Shift): boolean {
  if (traffic.backAt !== undefined || !rulesOfDeployment(context, primary).production) return false;
  return productionShare(context, primary) < 1;
}

/** Stages whose Lambda hooks a rollback invokes again: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html */
const INVOKED_AGAIN = ["PRODUCTION_TRAFFIC_SHIFT", "TEST_TRAFFIC_SHIFT"] as const;

/** Invokes the hooks of the way back; returns one that has failed. */
function callHooksAgain({ context, record, traffic }: Shift): HookRecord | undefined {
  if (traffic.hooksAgain !== true) {
    traffic.hooksAgain = true;
    for (const stage of INVOKED_AGAIN) {
      const wasCalled = record.hooks?.some((hook) => hook.stage === stage && hook.lambda !== undefined);
      if (wasCalled) addHooks(context, record, stage, record.deploymentConfiguration.extra.lifecycleHooks, true);
    }
  }
  return advanceHooks(context, record, true);
}
