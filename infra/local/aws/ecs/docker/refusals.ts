import type { JsonObject } from "../../wire/service.js";
import { object, objects } from "../model/task-definition.js";
import type { TaskSpec } from "../runtime.js";
import { type ContainerPlan, strings } from "./definition.js";
import { TaskFailure } from "./failure.js";

/**
 * Refuses what Fargate does not allow and what is not offered here. Registering has refused the first kind already; this stands
 * beside the socket that is as good as root, whatever way a definition came.
 *
 * @throws {TaskFailure}
 */
export function refuseUnsafe({ taskDefinition }: TaskSpec, plans: ContainerPlan[]): void {
  const { networkMode, pidMode, ipcMode } = taskDefinition;
  if (networkMode === "host" || pidMode === "host" || ipcMode === "host") throw forbidden("the host's namespaces");
  for (const volume of objects(taskDefinition.volumes)) refuseVolume(volume);
  for (const { name, definition } of plans) {
    const linux = object(definition.linuxParameters);
    const added = strings(object(linux.capabilities).add).filter((capability) => capability !== "SYS_PTRACE");
    if (definition.privileged === true) throw forbidden("privileged containers", name);
    if (added.length > 0) throw forbidden(`added capabilities (${added.join(", ")})`, name);
    if (objects(linux.devices).length > 0) throw forbidden("devices", name);
    if (objects(definition.volumesFrom).length > 0) throw forbidden("volumesFrom", name);
    refuseSecrets(name, definition);
  }
}

function refuseVolume(volume: JsonObject): void {
  const { sourcePath } = object(volume.host);
  if (typeof sourcePath === "string") throw forbidden(`volume ${volume.name} from the host's ${sourcePath}`);
  for (const kind of [
    "efsVolumeConfiguration",
    "dockerVolumeConfiguration",
    "fsxWindowsFileServerVolumeConfiguration",
  ]) {
    if (volume[kind])
      throw new TaskFailure(`ResourceInitializationError: volume ${volume.name}: the local AWS has no ${kind}`);
  }
}

function refuseSecrets(name: string, definition: JsonObject): void {
  const [secret] = objects(definition.secrets);
  const asked = secret
    ? `secret ${secret.name} from ${secret.valueFrom}`
    : definition.repositoryCredentials
      ? "repositoryCredentials"
      : objects(definition.environmentFiles).length > 0
        ? "environmentFiles"
        : undefined;
  if (asked === undefined) return;
  throw new TaskFailure(
    "ResourceInitializationError: unable to pull secrets or registry auth: the local AWS has no Secrets Manager, Parameter Store " +
      `or S3, and container ${name} asks for ${asked}`,
    name,
  );
}

function forbidden(what: string, container?: string): TaskFailure {
  return new TaskFailure(`ResourceInitializationError: tasks on Fargate can't have ${what}`, container);
}
