import { partitionOf } from "../../../partition.js";
import { scopeOf } from "../../model/ecs-arns.js";
import type {
  DeploymentConfiguration,
  DeploymentRecord,
  EcsState,
  ServiceRecord,
  TaskRecord,
} from "../../model/ecs-state.js";
import type { SchedulerContext } from "../../scheduler/scheduler-context.js";
import type { JsonObject } from "../common/operation-context.js";
import { pick, seconds, times } from "../common/operation-context.js";

type StateView = Pick<SchedulerContext, "state" | "now" | "timing">;

/** Returns a service as DescribeServices returns it. */
export function serviceView(view: StateView, service: ServiceRecord): JsonObject {
  const tasks = tasksOf(view.state, service);
  const current = currentDeployment(view, service);
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.clusterArn,
    loadBalancers: [],
    serviceRegistries: [],
    status: service.status,
    desiredCount: service.desiredCount,
    ...taskCounts(tasks),
    ...launchView(service.settings, "LATEST"),
    taskDefinition: service.taskDefinition,
    deploymentConfiguration: configurationView(service.deploymentConfiguration),
    deployments: service.deployments.map((each) => deploymentView(service, each, tasks)),
    roleArn: `arn:${partitionOf(scopeOf(service.arn).region)}:iam::${scopeOf(service.arn).accountId}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
    events: service.events.map(eventView),
    createdAt: seconds(service.createdAt),
    createdBy: service.createdBy,
    ...(current !== undefined && { currentServiceDeployment: current }),
    currentServiceRevisions: currentRevisions(service, tasks),
    placementConstraints: [],
    placementStrategy: [],
    healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds,
    schedulingStrategy: "REPLICA",
    deploymentController: { type: "ECS" },
    enableECSManagedTags: false,
    propagateTags: "NONE",
    enableExecuteCommand: false,
    availabilityZoneRebalancing: "DISABLED",
    ...service.extra,
    ...service.settings,
  };
}

function eventView(event: ServiceRecord["events"][number]): JsonObject {
  const known = eventViews.get(event);
  if (known) return known;
  const made = { ...event, createdAt: seconds(event.createdAt) };
  eventViews.set(event, made);
  return made;
}
/** Views by event: an event never changes, and each response contains a hundred of them. */
const eventViews = new WeakMap<object, JsonObject>();

/** Returns the numbers of RUNNING and not yet RUNNING tasks, without those that are to stop. */
export function taskCounts(tasks: readonly TaskRecord[]): { runningCount: number; pendingCount: number } {
  const live = tasks.filter((task) => task.desiredStatus === "RUNNING");
  const running = live.filter((task) => task.lastStatus === "RUNNING").length;
  return { runningCount: running, pendingCount: live.length - running };
}

const tasksOf = (state: EcsState, service: ServiceRecord) =>
  Object.values(state.tasks).filter((task) => task.serviceArn === service.arn);

/** Returns a deployment configuration with its stored further members, as the API returns it. */
export function configurationView({ extra, ...known }: DeploymentConfiguration): JsonObject {
  return { strategy: "ROLLING", bakeTimeInMinutes: 0, ...extra, ...(known as unknown as JsonObject) };
}

/** Returns the service's `currentServiceDeployment`: for `currentDeploymentLag` after an update the previous one. */
function currentDeployment({ state, now, timing }: StateView, service: ServiceRecord): string | undefined {
  const shown = service.serviceDeployments.filter((arn) => {
    const record = state.serviceDeployments[arn];
    return record !== undefined && record.createdAt + timing.currentDeploymentLag <= now;
  });
  return shown.at(-1);
}

/** Returns the launch type or the capacity provider strategy, never both, and Fargate's platform. */
export function launchView(settings: JsonObject, platformVersion: string): JsonObject {
  const { launchType = "FARGATE", capacityProviderStrategy } = settings;
  return {
    ...(capacityProviderStrategy === undefined ? { launchType } : { capacityProviderStrategy }),
    ...(launchType === "FARGATE" && { platformVersion, platformFamily: "Linux" }),
  };
}

const DEPLOYMENT_SETTINGS = [
  "platformVersion",
  "platformFamily",
  "networkConfiguration",
  "serviceConnectConfiguration",
  "volumeConfigurations",
];

function deploymentView(
  service: ServiceRecord,
  deployment: DeploymentRecord,
  tasks: readonly TaskRecord[],
): JsonObject {
  const { runningCount, pendingCount } = taskCounts(tasks.filter((task) => task.deploymentId === deployment.id));
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.taskDefinition,
    desiredCount: deployment.status === "PRIMARY" ? service.desiredCount : runningCount + pendingCount,
    runningCount,
    pendingCount,
    failedTasks: deployment.failedTasks,
    ...times({ createdAt: deployment.createdAt, updatedAt: deployment.updatedAt }),
    ...launchView(deployment.settings, "1.4.0"),
    ...pick(deployment.settings, DEPLOYMENT_SETTINGS),
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  };
}

function currentRevisions(service: ServiceRecord, tasks: readonly TaskRecord[]): JsonObject[] {
  return service.deployments.map((deployment) => {
    const { runningCount, pendingCount } = taskCounts(tasks.filter((task) => task.deploymentId === deployment.id));
    return {
      arn: deployment.serviceRevisionArn,
      requestedTaskCount: deployment.status === "PRIMARY" ? service.desiredCount : runningCount + pendingCount,
      runningTaskCount: runningCount,
      pendingTaskCount: pendingCount,
    };
  });
}
