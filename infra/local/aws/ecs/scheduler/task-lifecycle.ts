import { say } from "../event-messages.js";
import type { ServiceRecord, TargetRecord, TaskRecord } from "../model/ecs-state.js";
import { countFailure } from "./circuit-breaker.js";
import { announce, type World, wake } from "./scheduler-context.js";
import { haltContainers, moveTo, specOf } from "./task-transitions.js";

/** Moves a task on where its time has come. */
export function stepTask(world: World, task: TaskRecord): void {
  const drained = task.targets.every((target) => target.state === "drained");
  const up = task.lastStatus === "RUNNING" || task.lastStatus === "ACTIVATING";
  if (up && task.desiredStatus === "STOPPED" && drained) moveTo(world, task, "DEACTIVATING", world.timing.deactivating);
  if (task.due === undefined) return;
  if (task.due > world.now) wake(world, task.due);
  else leaveStatus(world, task);
}

function leaveStatus(world: World, task: TaskRecord): void {
  switch (task.lastStatus) {
    case "PROVISIONING":
      task.connectivityAt = world.now;
      moveTo(world, task, "PENDING");
      world.actions.push({ type: "start", task: specOf(world.state, task) });
      return;
    case "ACTIVATING":
      if (task.desiredStatus === "STOPPED") return;
      task.startedAt = world.now;
      moveTo(world, task, "RUNNING");
      return;
    case "DEACTIVATING":
      haltContainers(world, task);
      return;
    case "DEPROVISIONING":
      end(world, task);
  }
}

function end(world: World, task: TaskRecord): void {
  task.stoppedAt = world.now;
  moveTo(world, task, "STOPPED", world.timing.stoppedTaskKept);
  world.roster.live.delete(task);
  world.roster.ended.add(task);
  const service = serviceOf(world, task);
  if (task.failed && service !== undefined) countFailure(world, service, task);
}

/** Forgets the tasks that ended long enough ago. */
export function forgetEnded(world: World): void {
  const { state, roster } = world;
  for (const task of roster.ended) {
    const due = task.due ?? world.now;
    if (due > world.now) {
      wake(world, due);
      return;
    }
    roster.ended.delete(task);
    delete state.tasks[task.arn];
    delete state.tags[task.arn];
    world.changed = true;
  }
}

/** The service that started the task, if one did and is still known. */
export function serviceOf(world: World, task: TaskRecord): ServiceRecord | undefined {
  return task.serviceArn === undefined ? undefined : world.state.services[task.serviceArn];
}

/** Registers a task whose containers have all started. */
export function activate(world: World, task: TaskRecord): void {
  moveTo(world, task, "ACTIVATING", world.timing.activation);
  const service = serviceOf(world, task);
  for (const target of task.targets) {
    const container = task.containers.find(({ name }) => name === target.containerName);
    const binding = container?.networkBindings?.find(({ containerPort }) => containerPort === target.port);
    if (binding !== undefined) target.hostPort = binding.hostPort;
    target.state = "initial";
    register(world, task, target);
    if (service !== undefined) announce(world, service, say.registered(1, target.targetGroupArn));
  }
}

export function register(world: World, task: TaskRecord, target: TargetRecord): void {
  const serviceName = serviceOf(world, task)?.name ?? "";
  const { targetGroupArn, port, hostPort } = target;
  const instance = world.state.containerInstances[task.containerInstanceArn ?? ""];
  world.actions.push({
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
