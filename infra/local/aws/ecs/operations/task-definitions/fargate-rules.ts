import type { Json, JsonObject } from "../../../protocol/service.js";
import { object, objects } from "../../model/task-definition-json.js";
import { clientException } from "../common/ecs-errors.js";
import { taskSize } from "./task-size.js";

/** Checks Fargate's additional rules for a task definition. Throws ECS's error at the first violation. */
export function checkFargate(input: JsonObject, containers: readonly JsonObject[]): void {
  const unsupported = (what: string) => clientException(`Tasks using the Fargate launch type do not support ${what}.`);
  if (input.networkMode !== "awsvpc") throw clientException("Fargate only supports network mode ‘awsvpc’.");
  if (input.pidMode === "host") throw unsupported("pidMode 'host'. The supported value for pidMode is 'task'");
  if (input.ipcMode !== undefined && input.ipcMode !== null) throw unsupported("ipcMode");
  for (const volume of objects(input.volumes)) {
    const { sourcePath } = object(volume.host);
    if (sourcePath !== undefined && sourcePath !== null) throw unsupported("host.sourcePath for volumes");
    if (volume.dockerVolumeConfiguration !== undefined) throw unsupported("dockerVolumeConfiguration for volumes");
  }
  for (const container of containers) {
    const { stopTimeout } = container;
    if (typeof stopTimeout === "number" && (stopTimeout < 0 || stopTimeout > 120)) {
      throw clientException(
        `Invalid stopTimeout for container '${container.name}': the max stop timeout value on Fargate is 120 seconds.`,
      );
    }
    if (container.privileged === true) throw unsupported("privileged containers");
    const linux = object(container.linuxParameters);
    const added = object(linux.capabilities).add;
    // Fargate allows one capability to be added, for debuggers; it would be added on this machine's kernel.
    if (Array.isArray(added) && added.length > 0) throw unsupported(`adding capabilities (${added.join(", ")})`);
    if (objects(linux.devices).length > 0) throw unsupported("linuxParameters.devices");
    if (Array.isArray(container.links) && container.links.length > 0) throw unsupported("links");
    checkLogs(object(container.logConfiguration), input.executionRoleArn);
  }
  checkSizes(input, containers);
}

function checkLogs({ logDriver }: JsonObject, executionRole: Json | undefined): void {
  if (logDriver !== "awslogs" || executionRole) return;
  throw clientException("Fargate requires task definition to have execution role ARN to support log driver awslogs.");
}

function checkSizes(input: JsonObject, containers: readonly JsonObject[]): void {
  const { cpu } = taskSize(input.cpu, input.memory);
  const total = containers.reduce((sum, container) => sum + (typeof container.cpu === "number" ? container.cpu : 0), 0);
  if (total > cpu)
    throw clientException(`The total 'cpu' of the containers, ${total}, must not exceed that of the task, ${cpu}.`);
}
