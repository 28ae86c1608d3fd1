import * as api from "@aws-sdk/client-ecs";
import type { Json, JsonObject, Operation } from "../../../protocol/service.js";
import { checkEnum } from "./ecs-errors.js";

/** Members with enumerated values, by operation; `*` is each item of a list. The values are those of the installed SDK. */
const NETWORK = "networkConfiguration.awsvpcConfiguration.assignPublicIp";
const PLACEMENT: Members = {
  "placementConstraints.*.type": api.PlacementConstraintType,
  "placementStrategy.*.type": api.PlacementStrategyType,
};
const SERVICE: Members = {
  launchType: api.LaunchType,
  propagateTags: api.PropagateTags,
  schedulingStrategy: api.SchedulingStrategy,
  availabilityZoneRebalancing: api.AvailabilityZoneRebalancing,
  "deploymentController.type": api.DeploymentControllerType,
  "deploymentConfiguration.strategy": api.DeploymentStrategy,
  ...PLACEMENT,
  [NETWORK]: api.AssignPublicIp,
};
const MEMBERS: Record<string, Members> = {
  CreateService: SERVICE,
  UpdateService: SERVICE,
  RunTask: {
    launchType: api.LaunchType,
    propagateTags: api.PropagateTags,
    [NETWORK]: api.AssignPublicIp,
    ...PLACEMENT,
  },
  ListContainerInstances: { status: api.ContainerInstanceStatus },
  DescribeContainerInstances: { "include.*": api.ContainerInstanceField },
  DescribeCapacityProviders: { "include.*": api.CapacityProviderField },
  ListTasks: { launchType: api.LaunchType },
  ListServices: { launchType: api.LaunchType, schedulingStrategy: api.SchedulingStrategy },
  DescribeServices: { "include.*": api.ServiceField },
  DescribeTasks: { "include.*": api.TaskField },
  DescribeClusters: { "include.*": api.ClusterField },
  DescribeTaskDefinition: { "include.*": api.TaskDefinitionField },
  RegisterTaskDefinition: {
    networkMode: api.NetworkMode,
    pidMode: api.PidMode,
    ipcMode: api.IpcMode,
    "requiresCompatibilities.*": api.Compatibility,
    "runtimePlatform.operatingSystemFamily": api.OSFamily,
    "runtimePlatform.cpuArchitecture": api.CPUArchitecture,
    "containerDefinitions.*.logConfiguration.logDriver": api.LogDriver,
    "containerDefinitions.*.dependsOn.*.condition": api.ContainerCondition,
  },
};

type Members = Record<string, Record<string, string>>;

/** Returns the operations, each of which rejects unknown enumerated values before it runs. */
export function withEnumChecks(operations: Record<string, Operation>): Record<string, Operation> {
  return Object.fromEntries(
    Object.entries(operations).map(([name, run]) => {
      const members = Object.entries(MEMBERS[name] ?? {}).map(([path, accepted]) => ({
        path,
        steps: path.split("."),
        accepted,
      }));
      if (members.length === 0) return [name, run];
      return [
        name,
        (input: JsonObject, caller) => {
          for (const { path, steps, accepted } of members) {
            for (const value of valuesAt(input, steps)) checkEnum(path, value, accepted);
          }
          return run(input, caller);
        },
      ] satisfies [string, Operation];
    }),
  );
}

function valuesAt(at: Json | undefined, [step, ...rest]: string[]): Json[] {
  if (at === undefined || at === null) return [];
  if (step === undefined) return [at];
  if (step === "*") return Array.isArray(at) ? at.flatMap((each) => valuesAt(each, rest)) : [];
  return typeof at === "object" && !Array.isArray(at) ? valuesAt(at[step], rest) : [];
}
