import { rolloutReason, statusReason } from "../../event-messages.js";
import type {
  DeploymentRecord,
  LifecycleStage,
  ServiceDeploymentRecord,
  ServiceRecord,
  TaskRecord,
  TrafficShift,
} from "../../model/ecs-state.js";
import { endServiceDeployment, hasDeploymentEnded } from "../change-deployments.js";
import { addHooks, advanceHooks, haveHooksPassed } from "../lifecycle-hooks.js";
import { stopServiceTasks } from "../scale-service.js";
import { type SchedulerContext, serviceDeploymentOf, wake } from "../scheduler-context.js";
import { isAtCount, keepCount } from "./keep-count.js";
import { failOnHookOf, failShift, type Shift, unprotected } from "./shift.js";
import { shiftBack } from "./shift-back.js";
import { chooseGroups, productionShare, rulesOfDeployment, shiftTraffic } from "./traffic.js";

/** Returns whether a deployment with traffic shifts is in progress or being rolled back. */
export const isShifting = (record: ServiceDeploymentRecord) =>
  record.traffic !== undefined && !hasDeploymentEnded(record);

/** Enters the first stage. ROLLING deployments of a service with listener rules register with the target groups in use. */
export function startShift(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  tasks: readonly TaskRecord[],
): void {
  const record = serviceDeploymentOf(context, primary);
  const { traffic } = record;
  if (traffic === undefined) {
    if (chooseGroups(context, primary, "in use") === undefined) return;
    // A shift was in progress: what ECS does then is not recorded.
    sendAllTo(context, busiest(context, service, activeRevisions({ service, primary, tasks })));
    chooseGroups(context, primary, "in use");
    return;
  }
  const shift: Shift = { context, service, primary, record, traffic, tasks };
  const active = activeRevisions(shift);
  if (active.length > 1) {
    setSource(traffic, busiest(context, service, active));
    enter(shift, "RECONCILE_SERVICE");
  } else scaleUpBeside(shift, active[0]);
}

/** Returns the other deployments with tasks, and the one to which a rollback would return. */
function activeRevisions({
  service,
  primary,
  tasks,
}: Pick<Shift, "service" | "primary" | "tasks">): DeploymentRecord[] {
  return service.deployments.filter(
    ({ id }) =>
      id !== primary.id && (id === service.lastCompleted?.id || tasks.some((task) => task.deploymentId === id)),
  );
}

/**
 * Chooses the target groups beside the source's and enters PRE_SCALE_UP. The first deployment has no source: it uses the target groups in use,
 * and its production traffic is never divided, because no other task could serve the rest. No recording shows its steps.
 */
function scaleUpBeside(shift: Shift, source: DeploymentRecord | undefined): boolean {
  const { context, primary, traffic } = shift;
  if (source === undefined) traffic.steps = [100];
  setSource(traffic, source);
  const problem = chooseGroups(context, primary, source === undefined ? "in use" : "idle");
  if (problem === undefined) return enter(shift, "PRE_SCALE_UP");
  const { invalidNetworking, networkingRollingBack } = rolloutReason;
  failShift(shift, statusReason.invalidNetworking(problem), invalidNetworking(), networkingRollingBack);
  return false;
}

function setSource(traffic: TrafficShift, source: DeploymentRecord | undefined): void {
  if (source !== undefined) Object.assign(traffic, { source: source.id, sourceRevision: source.serviceRevisionArn });
}

/** Advances a deployment with traffic shifts: its hooks, its stage, and the counts of its tasks. */
export function advanceShift(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  tasks: readonly TaskRecord[],
): void {
  const record = serviceDeploymentOf(context, primary);
  const { traffic } = record;
  if (traffic === undefined || record.status === "PENDING") return;
  const shift: Shift = { context, service, primary, record, traffic, tasks };
  if (primary.rollback) {
    shiftBack(shift);
    return;
  }
  if (record.status === "IN_PROGRESS") {
    const failed = advanceHooks(context, record);
    if (failed !== undefined) {
      failOnHookOf(shift, failed);
      return;
    }
    let moved = true;
    while (moved && isShifting(record) && !isRollingBack(record)) moved = leaveStage(shift);
    if (!isShifting(record) || isRollingBack(record)) return;
  }
  keepCounts(shift);
}

const isRollingBack = ({ status }: ServiceDeploymentRecord) => status === "ROLLBACK_IN_PROGRESS";

function enter({ context, record, traffic }: Shift, stage: LifecycleStage, delay = 0): boolean {
  record.stage = stage;
  record.updatedAt = context.now;
  traffic.due = context.now + delay;
  traffic.shifted = false;
  addHooks(context, record, stage, record.deploymentConfiguration.extra.lifecycleHooks);
  context.changed = true;
  return true;
}

/** Enters the next stage where the present one is over; returns whether something has moved on. */
function leaveStage(shift: Shift): boolean {
  const { context, service, primary, record, traffic, tasks } = shift;
  if (!isDue(shift) || (!haveHooksPassed(record) && !isToShift(shift))) return false;
  const { timing } = context;
  const rules = rulesOfDeployment(context, primary);
  switch (record.stage) {
    case "RECONCILE_SERVICE":
      return reconcile(shift);
    case "PRE_SCALE_UP":
      return enter(shift, "SCALE_UP", timing.scaleUp);
    case "SCALE_UP":
      return isAtCount(context, service, primary, tasks) && enter(shift, "POST_SCALE_UP");
    case "POST_SCALE_UP":
      return enter(shift, "TEST_TRAFFIC_SHIFT", rules.test ? timing.ruleChange : 0);
    case "TEST_TRAFFIC_SHIFT":
      if (traffic.shifted) return enter(shift, "POST_TEST_TRAFFIC_SHIFT");
      if (traffic.source !== undefined) shiftTraffic(context, primary, "production", 0);
      shiftTraffic(context, primary, "test", 100);
      traffic.test = 100;
      return wait(shift, (rules.test ? timing.testShift : 0) + networkWait(shift));
    case "POST_TEST_TRAFFIC_SHIFT":
      return enter(shift, "PRE_PRODUCTION_TRAFFIC_SHIFT");
    case "PRE_PRODUCTION_TRAFFIC_SHIFT":
      return enter(shift, "PRODUCTION_TRAFFIC_SHIFT", rules.production ? timing.ruleChange : 0);
    case "PRODUCTION_TRAFFIC_SHIFT":
      return leaveProductionShift(shift, rules.production);
    case "POST_PRODUCTION_TRAFFIC_SHIFT":
      return enter(shift, "BAKE_TIME", bakeTimeOf(record) * timing.minute);
    case "BAKE_TIME":
      return enter(shift, "CLEAN_UP");
    default:
      return cleanUp(shift);
  }
}

/** Returns the further wait after a change of listeners of Network Load Balancers. */
const networkWait = ({ context, primary }: Shift) =>
  rulesOfDeployment(context, primary).network ? context.timing.networkShift : 0;

/** Returns whether the stage's rules are still to change: its hooks run beside that change. */
const isToShift = ({ record: { stage }, traffic }: Shift) =>
  !traffic.shifted && (stage === "TEST_TRAFFIC_SHIFT" || stage === "PRODUCTION_TRAFFIC_SHIFT");

/** Changes the production rules for a step, waits, and enters the next step or, after the last one, the next stage. */
function leaveProductionShift(shift: Shift, hasRules: boolean): boolean {
  const { context, primary, traffic } = shift;
  const isLast = traffic.step >= traffic.steps.length - 1;
  if (!traffic.shifted) {
    traffic.production = traffic.steps[traffic.step] ?? 100;
    shiftTraffic(context, primary, "production", traffic.production);
    const settling = hasRules ? context.timing.productionShift + networkWait(shift) : 0;
    return wait(shift, isLast ? settling : Math.max(settling, traffic.stepWait));
  }
  if (isLast) return enter(shift, "POST_PRODUCTION_TRAFFIC_SHIFT");
  traffic.step++;
  return enter(shift, "PRE_PRODUCTION_TRAFFIC_SHIFT");
}

/** Waits after a stage's rules have changed. */
function wait({ context, record, traffic }: Shift, delay: number): boolean {
  traffic.shifted = true;
  traffic.due = context.now + delay;
  record.updatedAt = context.now;
  context.changed = true;
  return true;
}

function isDue({ context, traffic: { due = 0 } }: Shift): boolean {
  wake(context, due);
  return context.now >= due;
}

const bakeTimeOf = ({ deploymentConfiguration: { extra } }: ServiceDeploymentRecord) =>
  Number(extra.bakeTimeInMinutes ?? 0);

/** Keeps the revision with the most production traffic, stops the tasks of the others, and goes on beside it. */
function reconcile(shift: Shift): boolean {
  const { context, service, traffic, tasks } = shift;
  const kept = busiest(context, service, activeRevisions(shift));
  if (!traffic.shifted) {
    sendAllTo(context, kept);
    traffic.shifted = true;
  }
  const others = tasks.filter((task) => task.deploymentId !== kept?.id);
  stopServiceTasks(context, service, shift.primary, others);
  if (others.length > 0) return false;
  if (kept !== undefined) service.lastCompleted = kept;
  service.deployments = service.deployments.filter(({ id }) => id === shift.primary.id || id === kept?.id);
  return scaleUpBeside(shift, kept);
}

/** Returns the deployment with the most production traffic; of two with as much, the one that completed last. */
function busiest(context: SchedulerContext, service: ServiceRecord, active: readonly DeploymentRecord[]) {
  const rank = (each: DeploymentRecord) =>
    productionShare(context, each) + (each.id === service.lastCompleted?.id ? 1e-6 : 0);
  return active.toSorted((a, b) => rank(b) - rank(a))[0];
}

function sendAllTo(context: SchedulerContext, deployment: DeploymentRecord | undefined): void {
  if (deployment === undefined) return;
  shiftTraffic(context, deployment, "production", 100);
  shiftTraffic(context, deployment, "test", 100);
}

/** Ends the service deployment when all old tasks have stopped. */
function cleanUp({ context, primary, record, tasks }: Shift): boolean {
  if (tasks.some((task) => task.deploymentId !== primary.id)) return false;
  endServiceDeployment(context, record, "SUCCESSFUL");
  return true;
}

const BEFORE_SCALE_UP: (LifecycleStage | undefined)[] = [undefined, "RECONCILE_SERVICE", "PRE_SCALE_UP"];

/** Keeps new and old tasks at the desired count; stops the old ones in CLEAN_UP. */
function keepCounts(shift: Shift): void {
  const { context, service, primary, record, traffic, tasks } = shift;
  const isUp = !BEFORE_SCALE_UP.includes(record.stage) && (record.stage !== "SCALE_UP" || isDue(shift));
  if (isUp) keepCount(context, service, primary, tasks);
  if (record.stage === "CLEAN_UP") {
    stopServiceTasks(context, service, primary, unprotected(shift));
    return;
  }
  const source = service.deployments.find(({ id }) => id === traffic.source);
  if (source !== undefined) keepCount(context, service, source, tasks);
}
