import { DesiredStatus } from "@aws-sdk/client-ecs";
import { stoppedReason } from "../../event-messages.js";
import type { ClusterRecord, EcsState, TaskRecord } from "../../model/ecs-state.js";
import { stopTask } from "../../scheduler/task-transitions.js";
import { checkEnum, invalidParameter, serviceNotFound } from "../common/ecs-errors.js";
import { findCluster, serviceArnOf, toArn, tryFindTask } from "../common/find-resources.js";
import { pageByKey } from "../common/key-paging.js";
import type { JsonObject, Operations } from "../common/operation-context.js";
import { textIn, textsIn } from "../common/operation-context.js";
import { tagsOf } from "../resource-tags.js";
import { runTask } from "./run-task.js";
import { taskView } from "./task-view.js";

const DESCRIBED_AT_ONCE = 100;

export const taskOperations: Operations = (api) => ({
  RunTask: runTask(api),

  StopTask: (input, caller) => {
    const cluster = findCluster(api.scheduler.state, caller, input);
    return api.scheduler.change((context) => {
      const task = tryFindTask(context.state, cluster, textIn(input, "task") ?? "");
      if (task === undefined) throw invalidParameter("The referenced task was not found.");
      stopTask(context, task, { code: "UserInitiated", reason: textIn(input, "reason") ?? stoppedReason.user() });
      return { task: taskView(context.state, task) };
    });
  },

  DescribeTasks: (input, caller) => {
    const { state } = api.scheduler;
    const cluster = findCluster(state, caller, input);
    const references = textsIn(input, "tasks");
    if (references.length === 0) throw invalidParameter("Tasks cannot be empty.");
    if (references.length > DESCRIBED_AT_ONCE)
      throw invalidParameter(`Tasks cannot have more than ${DESCRIBED_AT_ONCE} items.`);
    const withTags = textsIn(input, "include").includes("TAGS");
    const tasks: JsonObject[] = [];
    const failures: JsonObject[] = [];
    for (const reference of references) {
      const task = tryFindTask(state, cluster, reference);
      if (task !== undefined) tasks.push({ ...taskView(state, task), tags: withTags ? tagsOf(state, task.arn) : [] });
      else failures.push({ arn: toArn(cluster, "task", reference), reason: "MISSING" });
    }
    return { tasks, failures };
  },

  ListTasks: (input, caller) => {
    const { state } = api.scheduler;
    const cluster = findCluster(state, caller, input);
    const found = Object.values(state.tasks).filter((task) => task.clusterArn === cluster.arn);
    const { items, ...next } = pageByKey(found.filter(filterOf(state, cluster, input)), input, {
      keyOf: (task) => task.arn,
      size: 100,
    });
    return { taskArns: items.map((task) => task.arn), ...next };
  },
});

/** Returns ListTasks' filter: by default tasks that are to run; `startedBy` excludes other filters. */
function filterOf(state: EcsState, cluster: ClusterRecord, input: JsonObject): (task: TaskRecord) => boolean {
  const [startedBy, family, serviceName] = ["startedBy", "family", "serviceName"].map((name) => textIn(input, name));
  if (startedBy !== undefined && (family !== undefined || serviceName !== undefined)) {
    throw invalidParameter("cannot specify startedBy together with other filters");
  }
  if (family !== undefined && serviceName !== undefined)
    throw invalidParameter("cannot specify both family and serviceName");
  const service = serviceName === undefined ? undefined : serviceArnOf(cluster, serviceName);
  if (service !== undefined && state.services[service] === undefined) {
    throw serviceNotFound();
  }
  checkEnum("desiredStatus", input.desiredStatus, DesiredStatus);
  const instanceReference = textIn(input, "containerInstance");
  const instance = instanceReference && toArn(cluster, "container-instance", instanceReference);
  const desired = textIn(input, "desiredStatus") ?? "RUNNING";
  return (task) =>
    task.desiredStatus === desired &&
    (startedBy === undefined || task.startedBy === startedBy) &&
    (service === undefined || task.serviceArn === service) &&
    (family === undefined || state.taskDefinitions[task.taskDefinition]?.family === family) &&
    (input.launchType === undefined || input.launchType === (task.launchType ?? "FARGATE")) &&
    (instance === undefined || task.containerInstanceArn === instance);
}
