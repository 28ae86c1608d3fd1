import type { JsonObject } from "../../protocol/service.js";
import { object, objects } from "../model/task-definition-json.js";
import type { TaskSpec } from "../task-runtime.js";
import { type ContainerPlan, strings } from "./container-plan.js";
import { TaskFailure } from "./task-failure.js";

/**
 * Rejects settings that Fargate does not allow or that are not supported. RegisterTaskDefinition rejects the former too; this check protects
 * the container runtime's socket, which gives the rights of root, from definitions of any origin.
 *
 * @throws {TaskFailure}
 */
export function rejectUnsafeSettings({ taskDefinition, hostAddress }: TaskSpec, plans: ContainerPlan[]): void {
  const onInstance = hostAddress !== undefined;
  const forbidden = (what: string, container?: string) => unsupported(onInstance, what, container);
  const { networkMode, pidMode, ipcMode } = taskDefinition;
  // On a container instance, host mode is a namespace of the task, with ports bound to the instance's address.
  const hasHost = [!onInstance && networkMode, pidMode, ipcMode].includes("host");
  if (hasHost) throw forbidden("the host's namespaces");
  for (const volume of objects(taskDefinition.volumes)) rejectVolume(volume, onInstance);
  const declared = new Set(objects(taskDefinition.volumes).map((volume) => volume.name));
  for (const { name, definition } of plans) {
    const linux = object(definition.linuxParameters);
    const added = strings(object(linux.capabilities).add).filter((capability) => capability !== "SYS_PTRACE");
    if (definition.privileged === true) throw forbidden("privileged containers", name);
    if (added.length > 0) throw forbidden(`added capabilities (${added.join(", ")})`, name);
    if (objects(linux.devices).length > 0) throw forbidden("devices", name);
    if (objects(definition.volumesFrom).length > 0) throw forbidden("volumesFrom", name);
    for (const { sourceVolume } of objects(definition.mountPoints)) {
      if (declared.has(sourceVolume ?? null)) continue;
      throw new TaskFailure(
        `ResourceInitializationError: container ${name} mounts the volume '${sourceVolume}', which its task definition does not declare`,
        name,
      );
    }
    rejectSecrets(name, definition);
  }
}

function rejectVolume(volume: JsonObject, onInstance: boolean): void {
  const { sourcePath } = object(volume.host);
  if (typeof sourcePath === "string" && !onInstance)
    throw unsupported(onInstance, `volume ${volume.name} from the host's ${sourcePath}`);
  const { driver = "local", driverOpts } = object(volume.dockerVolumeConfiguration);
  // Options can name a directory of this machine, another driver anything.
  if (driver !== "local" || Object.keys(object(driverOpts)).length > 0)
    throw unsupported(onInstance, `volume ${volume.name} of the driver ${driver} with options`);
  for (const kind of [
    "efsVolumeConfiguration",
    ...(onInstance ? [] : ["dockerVolumeConfiguration"]),
    "fsxWindowsFileServerVolumeConfiguration",
  ]) {
    if (volume[kind])
      throw new TaskFailure(`ResourceInitializationError: volume ${volume.name}: the local AWS has no ${kind}`);
  }
}

function rejectSecrets(name: string, definition: JsonObject): void {
  const [secret] = objects(definition.secrets);
  const source = secret
    ? `secret ${secret.name} from ${secret.valueFrom}`
    : definition.repositoryCredentials
      ? "repositoryCredentials"
      : objects(definition.environmentFiles).length > 0
        ? "environmentFiles"
        : undefined;
  if (source === undefined) return;
  throw new TaskFailure(
    "ResourceInitializationError: unable to pull secrets or registry auth: the local AWS has no Secrets Manager, Parameter Store " +
      `or S3, and container ${name} uses ${source}`,
    name,
  );
}

/** Returns the failure of a task that needs rights of root on this machine; AWS allows some of them on container instances. */
function unsupported(onInstance: boolean, what: string, container?: string): TaskFailure {
  const whose = onInstance ? "tasks of the local AWS" : "tasks on Fargate";
  return new TaskFailure(`ResourceInitializationError: ${whose} can't have ${what}`, container);
}
