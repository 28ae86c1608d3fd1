import { eventMessages } from "../event-messages.js";
import type { ServiceRecord, TargetRecord, TaskRecord } from "../model/ecs-state.js";
import { countFailure } from "./circuit-breaker.js";
import { addEvent, type SchedulerContext, wake } from "./scheduler-context.js";
import { moveTo, stopContainers, taskSpecOf } from "./task-transitions.js";

/** Advances a task whose status is due to change. */
export function stepTask(context: SchedulerContext, task: TaskRecord): void {
  const drained = task.targets.every((target) => target.state === "drained");
  const up = task.lastStatus === "RUNNING" || task.lastStatus === "ACTIVATING";
  if (up && task.desiredStatus === "STOPPED" && drained)
    moveTo(context, task, "DEACTIVATING", context.timing.deactivating);
  if (task.due === undefined) return;
  if (task.due > context.now) wake(context, task.due);
  else leaveStatus(context, task);
}

function leaveStatus(context: SchedulerContext, task: TaskRecord): void {
  switch (task.lastStatus) {
    case "PROVISIONING":
      task.connectivityAt = context.now;
      moveTo(context, task, "PENDING");
      context.actions.push({ type: "start", task: taskSpecOf(context.state, task) });
      return;
    case "ACTIVATING":
      if (task.desiredStatus === "STOPPED") return;
      task.startedAt = context.now;
      moveTo(context, task, "RUNNING");
      return;
    case "DEACTIVATING":
      stopContainers(context, task);
      return;
    case "DEPROVISIONING":
      end(context, task);
  }
}

function end(context: SchedulerContext, task: TaskRecord): void {
  task.stoppedAt = context.now;
  moveTo(context, task, "STOPPED", context.timing.stoppedTaskKept);
  context.index.live.delete(task);
  context.index.ended.add(task);
  const service = serviceOf(context, task);
  if (task.failed && service !== undefined) countFailure(context, service, task);
}

/** Removes the tasks that stopped longer ago than they are kept. */
export function removeEndedTasks(context: SchedulerContext): void {
  const { state, index } = context;
  for (const task of index.ended) {
    const due = task.due ?? context.now;
    if (due > context.now) {
      wake(context, due);
      return;
    }
    index.ended.delete(task);
    delete state.tasks[task.arn];
    delete state.tags[task.arn];
    context.changed = true;
  }
}

/** Returns the service that started the task, if one did and still exists. */
export function serviceOf(context: SchedulerContext, task: TaskRecord): ServiceRecord | undefined {
  return task.serviceArn === undefined ? undefined : context.state.services[task.serviceArn];
}

/** Registers the targets of a task whose containers have all started. */
export function activateTask(context: SchedulerContext, task: TaskRecord): void {
  moveTo(context, task, "ACTIVATING", context.timing.activation);
  const service = serviceOf(context, task);
  for (const target of task.targets) {
    const container = task.containers.find(({ name }) => name === target.containerName);
    const binding = container?.networkBindings?.find(({ containerPort }) => containerPort === target.port);
    if (binding !== undefined) target.hostPort = binding.hostPort;
    target.state = "initial";
    registerTarget(context, task, target);
    if (service !== undefined) addEvent(context, service, eventMessages.registered(1, target.targetGroupArn));
  }
}

export function registerTarget(context: SchedulerContext, task: TaskRecord, target: TargetRecord): void {
  const serviceName = serviceOf(context, task)?.name ?? "";
  const { targetGroupArn, port, hostPort } = target;
  const instance = context.state.containerInstances[task.containerInstanceArn ?? ""];
  context.actions.push({
    type: "register",
    target: {
      targetGroupArn,
      taskArn: task.arn,
      serviceName,
      ip: task.ip ?? "",
      port: hostPort ?? port,
      ...(hostPort !== undefined && instance !== undefined && { instanceId: instance.ec2InstanceId }),
    },
  });
}
