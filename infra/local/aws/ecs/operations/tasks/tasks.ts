import { DesiredStatus } from "@aws-sdk/client-ecs";
import { AwsError } from "../../../wire/service.js";
import { stoppedReason } from "../../event-messages.js";
import { within } from "../../model/ecs-arns.js";
import type { ClusterRecord, EcsState, TaskRecord } from "../../model/ecs-state.js";
import { stopTask } from "../../scheduler/task-transitions.js";
import { tagsOf } from "../resource-tags.js";
import { invalid } from "../shared/ecs-errors.js";
import { oneOf } from "../shared/enums.js";
import { findCluster, peekTask, serviceArnOf } from "../shared/find-resources.js";
import { page } from "../shared/key-paging.js";
import type { JsonObject, Operations } from "../shared/operation-context.js";
import { text, texts } from "../shared/operation-context.js";
import { runTask } from "./run-task.js";
import { taskView } from "./task-view.js";

const DESCRIBED_AT_ONCE = 100;

export const taskOperations: Operations = (api) => ({
  RunTask: runTask(api),

  StopTask: (input, caller) => {
    const cluster = findCluster(api.engine.state, caller, input);
    return api.engine.change((world) => {
      const task = peekTask(world.state, cluster, text(input, "task") ?? "");
      if (task === undefined) throw invalid("The referenced task was not found.");
      stopTask(world, task, { code: "UserInitiated", reason: text(input, "reason") ?? stoppedReason.user() });
      return { task: taskView(world.state, task) };
    });
  },

  DescribeTasks: (input, caller) => {
    const { state } = api.engine;
    const cluster = findCluster(state, caller, input);
    const asked = texts(input, "tasks");
    if (asked.length === 0) throw invalid("Tasks cannot be empty.");
    if (asked.length > DESCRIBED_AT_ONCE) throw invalid(`Tasks cannot have more than ${DESCRIBED_AT_ONCE} items.`);
    const withTags = texts(input, "include").includes("TAGS");
    const tasks: JsonObject[] = [];
    const failures: JsonObject[] = [];
    for (const reference of asked) {
      const task = peekTask(state, cluster, reference);
      if (task !== undefined) tasks.push({ ...taskView(state, task), tags: withTags ? tagsOf(state, task.arn) : [] });
      else
        failures.push({
          arn: reference.startsWith("arn:") ? reference : within(cluster.arn, "task", reference),
          reason: "MISSING",
        });
    }
    return { tasks, failures };
  },

  ListTasks: (input, caller) => {
    const { state } = api.engine;
    const cluster = findCluster(state, caller, input);
    const found = Object.values(state.tasks).filter((task) => task.clusterArn === cluster.arn);
    const { items, ...next } = page(found.filter(filterOf(state, cluster, input)), input, {
      keyOf: (task) => task.arn,
      size: 100,
    });
    return { taskArns: items.map((task) => task.arn), ...next };
  },
});

const instanceArnOf = (cluster: ClusterRecord, reference: string | undefined) =>
  reference === undefined || reference.startsWith("arn:")
    ? reference
    : within(cluster.arn, "container-instance", reference);

/** ListTasks shows what should run unless it is told otherwise; `startedBy` stands alone. */
function filterOf(state: EcsState, cluster: ClusterRecord, input: JsonObject): (task: TaskRecord) => boolean {
  const [startedBy, family, serviceName] = ["startedBy", "family", "serviceName"].map((name) => text(input, name));
  if (startedBy !== undefined && (family !== undefined || serviceName !== undefined)) {
    throw invalid("cannot specify startedBy together with other filters");
  }
  if (family !== undefined && serviceName !== undefined) throw invalid("cannot specify both family and serviceName");
  const service = serviceName === undefined ? undefined : serviceArnOf(cluster, serviceName);
  if (service !== undefined && state.services[service] === undefined) {
    throw new AwsError("ServiceNotFoundException", "Service not found.");
  }
  oneOf("desiredStatus", input.desiredStatus, DesiredStatus);
  const instance = instanceArnOf(cluster, text(input, "containerInstance"));
  const desired = text(input, "desiredStatus") ?? "RUNNING";
  return (task) =>
    task.desiredStatus === desired &&
    (startedBy === undefined || task.startedBy === startedBy) &&
    (service === undefined || task.serviceArn === service) &&
    (family === undefined || state.taskDefinitions[task.taskDefinition]?.family === family) &&
    (input.launchType === undefined || input.launchType === (task.launchType ?? "FARGATE")) &&
    (instance === undefined || task.containerInstanceArn === instance);
}
