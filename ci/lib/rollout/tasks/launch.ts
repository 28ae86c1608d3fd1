import type {
  EBSTagSpecification,
  RunTaskRequest,
  Service,
  ServiceVolumeConfiguration,
  Tag,
  TaskVolumeConfiguration,
} from "@aws-sdk/client-ecs";
import { primaryOf } from "../../ecs/snapshot.js";

/** The parameters of RunTask that decide where a task runs and with which settings. */
export type Launch = Pick<
  RunTaskRequest,
  | "networkConfiguration"
  | "capacityProviderStrategy"
  | "launchType"
  | "platformVersion"
  | "placementConstraints"
  | "placementStrategy"
  | "volumeConfigurations"
  | "enableExecuteCommand"
  | "enableECSManagedTags"
  | "propagateTags"
  | "tags"
>;

/**
 * Returns the launch settings of a service's own tasks in the form that RunTask takes. What the service leaves out is left out here too.
 * RunTask has no Service Connect, no service discovery and no load balancer: a stand-alone task receives no requests. Pure.
 * @param service With its tags where `propagateTags` is SERVICE.
 */
export function launchOf(service: Service): Launch {
  const primary = primaryOf(service);
  // The service itself has no volume configurations in DescribeServices: they belong to its deployments.
  const volumes = primary?.volumeConfigurations ?? [];
  const networkConfiguration = service.networkConfiguration ?? primary?.networkConfiguration;
  const platformVersion = service.platformVersion ?? primary?.platformVersion;
  return {
    ...(networkConfiguration && { networkConfiguration }),
    ...capacityOf(service),
    ...(platformVersion !== undefined && { platformVersion }),
    ...(service.placementConstraints?.length && { placementConstraints: service.placementConstraints }),
    ...(service.placementStrategy?.length && { placementStrategy: service.placementStrategy }),
    ...(volumes.length > 0 && { volumeConfigurations: volumes.map((one) => taskVolume(one, service)) }),
    ...(service.enableExecuteCommand && { enableExecuteCommand: true }),
    ...(service.enableECSManagedTags && { enableECSManagedTags: true }),
    ...tagsOf(service),
  };
}

/** RunTask refuses a launch type beside a capacity provider strategy. */
function capacityOf(service: Service): Launch {
  const primary = primaryOf(service);
  const strategy = service.capacityProviderStrategy ?? primary?.capacityProviderStrategy ?? [];
  const launchType = service.launchType ?? primary?.launchType;
  return strategy.length > 0 ? { capacityProviderStrategy: strategy } : launchType ? { launchType } : {};
}

/** RunTask refuses `propagateTags: SERVICE`, so the service's tags are sent as the task's own. */
function tagsOf(service: Service): Launch {
  if (service.propagateTags === "TASK_DEFINITION") return { propagateTags: "TASK_DEFINITION" };
  const tags = service.propagateTags === "SERVICE" ? ownTags(service) : [];
  return tags.length > 0 ? { tags } : {};
}

/** AWS's own tags can't be sent: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html */
function ownTags({ tags = [] }: Service): Tag[] {
  return tags.filter(({ key = "" }) => !/^aws:/i.test(key));
}

/** The volume of a service's task always ends with the task; of a stand-alone task that is a setting. */
function taskVolume({ name, managedEBSVolume }: ServiceVolumeConfiguration, service: Service): TaskVolumeConfiguration {
  if (!managedEBSVolume) return { name };
  const { tagSpecifications, ...settings } = managedEBSVolume;
  return {
    name,
    managedEBSVolume: {
      ...settings,
      ...(tagSpecifications && { tagSpecifications: tagSpecifications.map((one) => volumeTags(one, service)) }),
      terminationPolicy: { deleteOnTermination: true },
    },
  };
}

/** A volume of a stand-alone task takes tags from the task definition, and none from a service: they are sent as its own. */
function volumeTags({ propagateTags, ...specification }: EBSTagSpecification, service: Service): EBSTagSpecification {
  if (propagateTags !== "SERVICE") return { ...specification, ...(propagateTags && { propagateTags }) };
  const own = specification.tags ?? [];
  const further = ownTags(service).filter(({ key }) => !own.some((tag) => tag.key === key));
  return { ...specification, tags: [...own, ...further] };
}
