import { eventMessages } from "../event-messages.js";
import type { ContainerRecord, TaskRecord } from "../model/ecs-state.js";
import { getOwn, setOwn } from "../model/own-members.js";
import type { TargetHealth, TaskEvent } from "../task-runtime.js";
import { delayRestart } from "./circuit-breaker.js";
import { addEvent, type SchedulerContext } from "./scheduler-context.js";
import { activateTask, serviceOf } from "./task-lifecycle.js";
import { deprovision, drain, markChanged } from "./task-transitions.js";

/** Applies an event of the task runtime to its task. */
export function observeTask(context: SchedulerContext, event: TaskEvent): void {
  const task = context.state.tasks[event.taskArn];
  if (task === undefined || task.lastStatus === "DEPROVISIONING" || task.lastStatus === "STOPPED") return;
  switch (event.type) {
    case "pull-started":
      task.pullStartedAt = event.at;
      break;
    case "pulled":
      task.pullStoppedAt = event.at;
      for (const { name, imageDigest } of event.containers) container(task, name).imageDigest = imageDigest;
      pinImages(context, task);
      break;
    case "running":
      task.ip = event.ip;
      for (const { name, ...running } of event.containers) {
        Object.assign(container(task, name), { ...running, lastStatus: "RUNNING" });
      }
      if (task.lastStatus === "PENDING") activateTask(context, task);
      break;
    case "health":
      container(task, event.container).health = event.status;
      break;
    case "container-exited":
      applyExit(container(task, event.container), event);
      break;
    case "stopped":
      observeEnd(context, task, event);
  }
  markChanged(context, task);
}

/** Applies a target's health, unless the target is draining. */
export function observeTarget(
  context: SchedulerContext,
  taskArn: string,
  targetGroupArn: string,
  health: TargetHealth,
): void {
  const task = context.state.tasks[taskArn];
  const target = task?.targets.find((each) => each.targetGroupArn === targetGroupArn);
  if (target === undefined || target.state === "draining" || target.state === "drained") return;
  target.state = health.state;
  delete target.reason;
  if (health.reason !== undefined) target.reason = health.reason;
  context.changed = true;
}

/** Marks a target as drained: its last request has ended. */
export function observeDrained(context: SchedulerContext, taskArn: string, targetGroupArn: string): void {
  const target = context.state.tasks[taskArn]?.targets.find((each) => each.targetGroupArn === targetGroupArn);
  if (target === undefined) return;
  target.state = "drained";
  context.changed = true;
}

function observeEnd(context: SchedulerContext, task: TaskRecord, event: TaskEvent & { type: "stopped" }): void {
  task.executionStoppedAt = event.at;
  for (const ended of event.containers) applyExit(container(task, ended.name), ended);
  for (const each of task.containers) each.lastStatus = "STOPPED";
  if (task.desiredStatus === "RUNNING") {
    task.desiredStatus = "STOPPED";
    task.stoppingAt = event.at;
    task.stopCode = event.stopCode ?? "EssentialContainerExited";
    task.stoppedReason = event.reason ?? "Essential container in task exited";
    task.failed = true;
    deregisterTargets(context, task);
    if (task.startedAt === undefined) delayRestart(context, task);
  }
  deprovision(context, task);
}

function deregisterTargets(context: SchedulerContext, task: TaskRecord): void {
  const service = serviceOf(context, task);
  const registered = task.targets.filter((target) => target.state !== "unregistered");
  drain(context, task);
  if (service === undefined) return;
  for (const target of registered) addEvent(context, service, eventMessages.deregistered(1, target.targetGroupArn));
}

/** Sets the deployment's digests from its first pull: all of its tasks run the same image although its tag moves. */
function pinImages(context: SchedulerContext, task: TaskRecord): void {
  const deployment = serviceOf(context, task)?.deployments.find((each) => each.id === task.deploymentId);
  if (deployment === undefined) return;
  const revision = context.state.serviceRevisions[deployment.serviceRevisionArn];
  for (const { name, imageDigest } of task.containers) {
    if (imageDigest === undefined || getOwn(deployment.resolvedImages, name) !== undefined) continue;
    setOwn(deployment.resolvedImages, name, imageDigest);
    const image = revision?.containerImages.find((each) => each.containerName === name);
    if (image !== undefined) image.imageDigest = imageDigest;
  }
}

function applyExit(record: ContainerRecord, ended: { exitCode?: number; reason?: string }): void {
  record.lastStatus = "STOPPED";
  if (ended.exitCode !== undefined) record.exitCode = ended.exitCode;
  if (ended.reason !== undefined) record.reason = ended.reason;
}

function container(task: TaskRecord, name: string): ContainerRecord {
  const found = task.containers.find((each) => each.name === name);
  if (found === undefined)
    throw new Error(`The task runtime reports container ${name}, which task ${task.arn} does not have.`);
  return found;
}
